package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.terms.Config;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Workers;
import io.millrace.stress.Delay;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The interleaving: a run is stopped just when its last item is settled. It has one status for good,
 * each item has one outcome, the status fits them, and no interrupt is left behind.
 */
public final class CloseHunt {
  private static final List<Integer> ITEMS = List.of(0, 1);
  /* About as long as a run takes. */
  private static final int LONGEST_DELAY = 200;

  private CloseHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "SS, COMPLETED, COMPLETED", expect = ACCEPTABLE, desc = "the stop came too late")
  @Outcome(id = "[SN]{2}, CANCELLED, CANCELLED", expect = ACCEPTABLE, desc = "it came in time")
  @Outcome(expect = FORBIDDEN, desc = "two ends, an outcome too few or too many, or a stray")
  public static class Sound {
    private final Engine engine =
        Engine.start(
            new Config().with(copy -> copy.workers = Workers.caller()),
            item -> item,
            ITEMS,
            Engine.Delivery.AS_COMPLETED);
    private volatile boolean stopped;

    @Actor
    public void consumer(LLL_Result result) {
      String outcomes = "";
      try {
        for (var outcome = engine.outcomes().take();
            outcome != null;
            outcome = engine.outcomes().take()) {
          outcomes += outcome.getClass().getSimpleName().charAt(0);
        }
      } catch (InterruptedException stray) {
        outcomes += " stray";
      }
      result.r2 = engine.status();
      engine.close();
      while (!stopped) {
        Thread.onSpinWait(); // an interrupt that is still on its way has to arrive before the look
      }
      result.r1 = outcomes + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void stop() {
      Delay.upTo(LONGEST_DELAY);
      engine.stop();
      stopped = true;
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r3 = engine.status();
    }
  }

  /** Looks whether the run has ended, and then ends it. */
  @JCStressTest
  @State
  @Outcome(id = "SS, COMPLETED, COMPLETED", expect = ACCEPTABLE, desc = "the stop came too late")
  @Outcome(id = "[SN]{2}, CANCELLED, CANCELLED", expect = ACCEPTABLE, desc = "it came in time")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the status changes after the end")
  public static class Racy {
    private volatile RunStatus status = RunStatus.RUNNING;

    private void end(RunStatus how) {
      if (status == RunStatus.RUNNING) {
        status = how;
      }
    }

    @Actor
    public void consumer(LLL_Result result) {
      String outcomes = "";
      for (int item = 0; item < ITEMS.size(); item++) {
        outcomes += status == RunStatus.RUNNING ? "S" : "N";
      }
      end(RunStatus.COMPLETED);
      result.r1 = outcomes;
      result.r2 = status;
    }

    @Actor
    public void stop() {
      Delay.upTo(2);
      end(RunStatus.CANCELLED);
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r3 = status;
    }
  }
}
