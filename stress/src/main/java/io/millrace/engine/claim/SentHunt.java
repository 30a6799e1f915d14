package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZL_Result;

/**
 * The interleaving: an interrupt takes so long to be sent that its owner is abandoned after the end of
 * the run, just when it has been sent after all. Whoever is abandoned stays so.
 */
public final class SentHunt {
  private SentHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"true, abandoned", "false, interrupted"},
      expect = ACCEPTABLE,
      desc = "the owner hears what was done")
  @Outcome(expect = FORBIDDEN, desc = "the owner settles an item that was settled in its place")
  public static class Sound {
    private final Claim claim = Claim.loading(0, 1);
    private final long seen;

    public Sound() {
      claim.append("item");
      claim.run(0, Long.MAX_VALUE);
      claim.beginInterrupt(claim.observe(), Interruption.RUN_ENDED);
      seen = claim.observe();
    }

    @Actor
    public void sender() {
      claim.interruptSent();
    }

    @Actor
    public void watchdog(ZL_Result result) {
      result.r1 = Claim.isBeyondInterrupts(seen) && claim.abandon(seen);
    }

    @Arbiter
    public void owner(ZL_Result result) {
      result.r2 = claim.sealInterrupted() == null ? "abandoned" : "interrupted";
    }
  }

  /** Whoever has sent the interrupt looks at the state, and then writes it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, abandoned", "false, interrupted"},
      expect = ACCEPTABLE,
      desc = "the owner hears what was done")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "the owner settles an item that was settled in its place")
  public static class Racy {
    private volatile String state = "interrupting";

    @Actor
    public void sender() {
      if (state.equals("interrupting")) {
        Delay.holdOpen();
        state = "interrupted";
      }
    }

    @Actor
    public void watchdog(ZL_Result result) {
      if (state.equals("interrupting")) {
        state = "abandoned";
        result.r1 = true;
      }
    }

    @Arbiter
    public void owner(ZL_Result result) {
      result.r2 = state;
    }
  }
}
