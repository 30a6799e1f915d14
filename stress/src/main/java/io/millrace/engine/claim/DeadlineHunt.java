package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: an attempt ends at its deadline. The owner stores its outcome and goes on to the
 * next item, or ends its claim, just when the watchdog, who saw it busy, interrupts it. Both say which
 * item was cut off ({@code -}: none); an interrupt that comes after that, or is left over, is a stray.
 */
public final class DeadlineHunt {
  private static final int ITEMS = 2;

  private DeadlineHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"-, -", "0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "both agree on what was cut off")
  @Outcome(expect = FORBIDDEN, desc = "both win, nobody wins, or an interrupt strays")
  public static class Sound {
    private final Claim claim = Claim.loading(0, ITEMS);
    private volatile Thread owner;
    private volatile boolean watched;

    public Sound() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
    }

    @Actor
    public void owner(LL_Result result) {
      owner = Thread.currentThread();
      String cutOff = "";
      while (claim.hasItem()) {
        long index = claim.index();
        if (!claim.finish("done", 0)) {
          cutOff += claim.sealInterrupted() == Interruption.ATTEMPT_TIMEOUT ? index : "?";
          claim.finishSealed("cut off", 0);
        }
      }
      while (!watched) {
        Thread.onSpinWait(); // an interrupt that is still on its way has to arrive before the look
      }
      result.r1 = (cutOff.isEmpty() ? "-" : cutOff) + (Thread.interrupted() ? " stray" : "");
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
      result.r2 = sent ? claim.index(seen) : "-";
      watched = true;
    }
  }

  /** Looks and then acts; and the mark that an interrupt comes is also the mark that it has come. */
  @JCStressTest
  @State
  @Outcome(
      id = {"-, -", "0, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "both agree on what was cut off")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "both win, nobody wins, or an interrupt strays")
  public static class Racy {
    private volatile int position;
    private volatile boolean interrupted;
    private volatile Thread owner;
    private volatile boolean watched;

    @Actor
    public void owner(LL_Result result) {
      owner = Thread.currentThread();
      String cutOff = "";
      while (position < ITEMS) {
        if (interrupted) {
          Thread.interrupted();
          interrupted = false;
          cutOff += position;
        }
        position++;
      }
      while (!watched) {
        Thread.onSpinWait();
      }
      result.r1 = (cutOff.isEmpty() ? "-" : cutOff) + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void watchdog(LL_Result result) {
      Thread thread = owner;
      while (thread == null) {
        Thread.onSpinWait();
        thread = owner;
      }
      int seen = position;
      if (seen < ITEMS) {
        interrupted = true;
        thread.interrupt();
        result.r2 = seen;
      } else {
        result.r2 = "-";
      }
      watched = true;
    }
  }
}
