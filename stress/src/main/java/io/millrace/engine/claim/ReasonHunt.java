package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import java.util.concurrent.locks.ReentrantLock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZL_Result;

/**
 * The interleaving: an attempt times out just when the run ends. One of them interrupts it, and the
 * owner is told the reason of that one.
 */
public final class ReasonHunt {
  private ReasonHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "true, false, ATTEMPT_TIMEOUT", expect = ACCEPTABLE, desc = "it timed out first")
  @Outcome(id = "false, true, RUN_ENDED", expect = ACCEPTABLE, desc = "the run ended first")
  @Outcome(expect = FORBIDDEN, desc = "the reason of the one who came too late, or two interrupts")
  public static class Sound {
    private static final Thread OWNER = new Thread(() -> {});
    /* As the interrupter's. */
    private final ReentrantLock lock = new ReentrantLock();
    private final Claim claim = Claim.loading(0, 1);

    public Sound() {
      claim.append("item");
      claim.run(0, Long.MAX_VALUE);
    }

    private boolean interrupt(Interruption why) {
      lock.lock();
      try {
        return Interrupts.send(claim, claim.observe(), OWNER, why);
      } finally {
        lock.unlock();
      }
    }

    @Actor
    public void watchdog(ZZL_Result result) {
      result.r1 = interrupt(Interruption.ATTEMPT_TIMEOUT);
    }

    @Actor
    public void stop(ZZL_Result result) {
      result.r2 = interrupt(Interruption.RUN_ENDED);
    }

    @Arbiter
    public void owner(ZZL_Result result) {
      result.r3 = claim.sealInterrupted();
    }
  }

  /** Gives its reason before it knows whether it wins. */
  @JCStressTest
  @State
  @Outcome(id = "true, false, ATTEMPT_TIMEOUT", expect = ACCEPTABLE, desc = "it timed out first")
  @Outcome(id = "false, true, RUN_ENDED", expect = ACCEPTABLE, desc = "the run ended first")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "the reason of the one who came too late, or two interrupts")
  public static class Racy {
    private Interruption reason;
    private boolean interrupted;

    private synchronized boolean interrupt(Interruption why) {
      reason = why;
      boolean won = !interrupted;
      interrupted = true;
      return won;
    }

    @Actor
    public void watchdog(ZZL_Result result) {
      result.r1 = interrupt(Interruption.ATTEMPT_TIMEOUT);
    }

    @Actor
    public void stop(ZZL_Result result) {
      result.r2 = interrupt(Interruption.RUN_ENDED);
    }

    @Arbiter
    public void owner(ZZL_Result result) {
      result.r3 = reason;
    }
  }
}
