package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: the owner goes on to the next phase of its item just when the watchdog, who saw it in
 * the one before, interrupts it. Both say which phase was cut off ({@code -}: none); an interrupt that
 * comes after that, or is left over, is a stray.
 */
public final class PhaseHunt {
  private PhaseHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"-, -", "first, first", "second, second"},
      expect = ACCEPTABLE,
      desc = "both agree on what was cut off")
  @Outcome(expect = FORBIDDEN, desc = "a phase gets the interrupt of another, or it strays")
  public static class Sound {
    private final Claim claim = Claim.loading(0, 1);
    private final long first;
    private volatile Thread owner;
    private volatile boolean watched;

    public Sound() {
      claim.append("item");
      claim.run(0, Long.MAX_VALUE);
      first = claim.observe();
    }

    @Actor
    public void owner(LL_Result result) {
      owner = Thread.currentThread();
      String cutOff = "-";
      if (!claim.nextPhase(0, Long.MAX_VALUE)) {
        cutOff = claim.sealInterrupted() == Interruption.ATTEMPT_TIMEOUT ? "first" : "?";
      } else if (!claim.seal()) {
        cutOff = claim.sealInterrupted() == Interruption.ATTEMPT_TIMEOUT ? "second" : "?";
      }
      claim.finishSealed("done", 0);
      while (!watched) {
        Thread.onSpinWait(); // an interrupt that is still on its way has to arrive before the look
      }
      result.r1 = cutOff + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void watchdog(LL_Result result) {
      Thread thread = owner;
      while (thread == null) {
        Thread.onSpinWait();
        thread = owner;
      }
      long seen = claim.observe();
      boolean sent = Interrupts.send(claim, seen, thread, Interruption.ATTEMPT_TIMEOUT);
      String phase = ClaimWord.isSameWork(seen, first) ? "first" : "second";
      result.r2 = sent ? phase : "-";
      watched = true;
    }
  }

  /** The word does not tell the phases apart. */
  @JCStressTest
  @State
  @Outcome(
      id = {"-, -", "first, first", "second, second"},
      expect = ACCEPTABLE,
      desc = "both agree on what was cut off")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a phase gets the interrupt of another")
  public static class Racy {
    private final AtomicReference<String> state = new AtomicReference<>("running");
    private volatile String phase = "first";
    private volatile boolean begun;

    @Actor
    public void owner(LL_Result result) {
      begun = true;
      Delay.holdOpen();
      result.r1 = "-";
      if (state.get().equals("interrupted")) {
        result.r1 = "first";
        return;
      }
      phase = "second";
      Delay.holdOpen();
      if (!state.compareAndSet("running", "sealed")) {
        result.r1 = "second";
      }
    }

    @Actor
    public void watchdog(LL_Result result) {
      while (!begun) {
        Thread.onSpinWait();
      }
      String seen = phase;
      Delay.holdOpen();
      result.r2 = state.compareAndSet("running", "interrupted") ? seen : "-";
    }
  }
}
