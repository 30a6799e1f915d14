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
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * The interleaving: the permit that an item waits for is granted, and the item goes on, just when the run
 * ends. Either the item is called (S), or it is not run (N) and its permit is there for others.
 */
public final class GiveBackHunt {
  private static final long LENGTH = 10;
  private static final int LONGEST_DELAY = 100;

  private GiveBackHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "S, 0", expect = ACCEPTABLE, desc = "it took the permit for a call")
  @Outcome(id = "N, 1", expect = ACCEPTABLE, desc = "it gave the permit back")
  @Outcome(expect = FORBIDDEN, desc = "a permit is lost, or used twice")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.window(1, Duration.ofNanos(LENGTH)), clock);
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
      clock.set(LENGTH);
    }

    @Actor
    public void worker(LI_Result result) {
      clock.fire();
      result.r1 = QueueHunt.letters(engine, 2);
    }

    @Actor
    public void stop() {
      Delay.upTo(LONGEST_DELAY);
      engine.stop();
    }

    @Arbiter
    public void arbiter(LI_Result result) {
      result.r1 += QueueHunt.letters(engine, 5);
      result.r2 = limiter.tryAcquire() ? 1 : 0;
    }
  }

  /** Looks whether the run has ended when it has the permit, and forgets that it has it. */
  @JCStressTest
  @State
  @Outcome(id = "S, 0", expect = ACCEPTABLE, desc = "it took the permit for a call")
  @Outcome(id = "N, 1", expect = ACCEPTABLE, desc = "it gave the permit back")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a permit is lost, or used twice")
  public static class Racy {
    private final AtomicInteger permits = new AtomicInteger(1);
    private volatile boolean ended;

    @Actor
    public void worker(LI_Result result) {
      if (ended) {
        result.r1 = "N";
        return;
      }
      permits.decrementAndGet();
      Delay.holdOpen();
      result.r1 = ended ? "N" : "S";
    }

    @Actor
    public void stop() {
      ended = true;
    }

    @Arbiter
    public void arbiter(LI_Result result) {
      result.r2 = permits.get();
    }
  }
}
