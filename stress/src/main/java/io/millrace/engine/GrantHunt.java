package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.terms.Config;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Workers;
import io.millrace.stress.HandClock;
import java.time.Duration;
import java.util.List;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: the permit that an item waits for is granted, and a worker started for it, just
 * when the run ends and takes the item out of the queue. It goes on once, and does not run any more (N).
 */
public final class GrantHunt {
  private static final long GAP = 10;

  private GrantHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "N over", expect = ACCEPTABLE, desc = "it goes on once")
  @Outcome(expect = FORBIDDEN, desc = "it waits for ever, or goes on twice")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofNanos(GAP)), clock);
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
      engine.outcomes().poll(); // the item is in the queue now
      clock.set(GAP);
    }

    @Actor
    public void timer() {
      clock.fire();
    }

    @Actor
    public void stop() {
      engine.stop();
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = QueueHunt.letters(engine, 5) + (engine.hasJoined() ? " over" : " waits");
    }
  }

  /** Both look whether the item still waits, and then let it go on. */
  @JCStressTest
  @State
  @Outcome(id = "N over", expect = ACCEPTABLE, desc = "it goes on once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "it waits for ever, or goes on twice")
  public static class Racy {
    private volatile boolean waiting = true;
    private String byTimer = "";
    private String byStop = "";

    @Actor
    public void timer() {
      if (waiting) {
        waiting = false;
        byTimer = "N";
      }
    }

    @Actor
    public void stop() {
      if (waiting) {
        waiting = false;
        byStop = "N";
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = byTimer + byStop + " over";
    }
  }
}
