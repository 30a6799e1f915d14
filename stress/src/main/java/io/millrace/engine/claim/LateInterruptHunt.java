package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: an owner that was abandoned before its interrupt was sent comes back, just when that
 * is sent after all. It waits for the interrupt, and clears it: its thread belongs to others.
 */
public final class LateInterruptHunt {
  private LateInterruptHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "abandoned", expect = ACCEPTABLE, desc = "no interrupt is left")
  @Outcome(expect = FORBIDDEN, desc = "the interrupt strays")
  public static class Sound {
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, 1);
    private volatile Thread owner;
    private volatile boolean sent;

    public Sound() {
      claim.append("item");
      claim.run(0, Long.MAX_VALUE);
      claim.beginInterrupt(claim.observe(), Interruption.RUN_ENDED);
      claim.abandon(claim.observe());
    }

    @Actor
    public void owner(L_Result result) {
      owner = Thread.currentThread();
      meeting.await();
      String heard = claim.sealInterrupted() == null ? "abandoned" : "interrupted";
      while (!sent) {
        Thread.onSpinWait(); // an interrupt that is still on its way has to arrive before the look
      }
      result.r1 = heard + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void sender() {
      meeting.await();
      owner.interrupt();
      claim.interruptSent();
      sent = true;
    }
  }

  /** Who is abandoned waits for nothing. */
  @JCStressTest
  @State
  @Outcome(id = "abandoned", expect = ACCEPTABLE, desc = "no interrupt is left")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the interrupt strays")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private volatile Thread owner;
    private volatile boolean sent;

    @Actor
    public void owner(L_Result result) {
      owner = Thread.currentThread();
      meeting.await();
      Delay.holdOpen();
      Thread.interrupted();
      while (!sent) {
        Thread.onSpinWait();
      }
      result.r1 = "abandoned" + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void sender() {
      meeting.await();
      owner.interrupt();
      sent = true;
    }
  }
}
