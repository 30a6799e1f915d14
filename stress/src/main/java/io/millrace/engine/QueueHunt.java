package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.terms.Config;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Workers;
import io.millrace.stress.Delay;
import io.millrace.stress.HandClock;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: an item queues up for a permit that never comes, just when the run ends and lets go
 * of everything that waits. The item is let go (N), and the run is over.
 */
public final class QueueHunt {
  /* About as long as a worker takes to get there. */
  private static final int LONGEST_DELAY = 100;

  private QueueHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "N over", expect = ACCEPTABLE, desc = "let go, once")
  @Outcome(expect = FORBIDDEN, desc = "it waits for ever, or has two outcomes")
  public static class Sound {
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofSeconds(1)), new HandClock());
    private final Engine engine;

    public Sound() {
      limiter.tryAcquire();
      engine =
          Engine.start(
              new Config()
                  .with(
                      copy -> {
                        copy.workers = Workers.caller();
                        copy.limiter = limiter;
                      }),
              item -> item,
              List.of(0),
              Engine.Delivery.AS_COMPLETED);
    }

    @Actor
    public void worker(L_Result result) {
      result.r1 = letters(engine, 1);
    }

    @Actor
    public void stop() {
      Delay.upTo(LONGEST_DELAY);
      engine.stop();
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 += letters(engine, 4) + (engine.hasJoined() ? " over" : " waits");
    }
  }

  /** Runs a worker that is due in this thread, and tells the outcomes by their first letters. */
  static String letters(Engine engine, int polls) {
    String letters = "";
    for (int poll = 0; poll < polls; poll++) {
      var outcome = engine.outcomes().poll();
      if (outcome != null) {
        letters += outcome.getClass().getSimpleName().charAt(0);
      }
    }
    return letters;
  }

  /** Does not look again whether the run has ended, when the item is in the queue. */
  @JCStressTest
  @State
  @Outcome(id = "N over", expect = ACCEPTABLE, desc = "let go, once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "it waits for ever, or has two outcomes")
  public static class Racy {
    private final Queue<String> waiting = new ConcurrentLinkedQueue<>();
    private volatile boolean ended;
    private volatile boolean over;

    @Actor
    public void worker() {
      if (ended) {
        over = true;
      } else {
        waiting.add("item");
      }
    }

    @Actor
    public void stop() {
      ended = true;
      if (waiting.poll() != null) {
        over = true;
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = over ? "N over" : " waits";
    }
  }
}
