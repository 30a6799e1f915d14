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
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: the permit that an item waits for is granted just when its run is paused. Then it is free for
 * others, whoever came first, and the item gets the next one after the pause (S).
 */
public final class PausedGrantHunt {
  private static final long GAP = 10;

  private PausedGrantHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = "free S",
      expect = ACCEPTABLE,
      desc = "the permit is for others, the item gets the next one")
  @Outcome(expect = FORBIDDEN, desc = "the paused run keeps the permit, or the item is lost")
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
    public void pause() {
      engine.pause();
    }

    @Arbiter
    public void arbiter(L_Result result) {
      String permit = limiter.tryAcquire() ? "free " : "kept ";
      engine.resume();
      String letters = QueueHunt.letters(engine, 3);
      clock.set(2 * GAP);
      clock.fire();
      result.r1 = permit + letters + QueueHunt.letters(engine, 5);
    }
  }

  /** Looks whether the run is paused, and then takes the permit; the pause looks whether there is one to give back. */
  @JCStressTest
  @State
  @Outcome(id = "free", expect = ACCEPTABLE, desc = "the permit is for others")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the paused run keeps the permit")
  public static class Racy {
    private final AtomicInteger permits = new AtomicInteger(1);
    private volatile boolean isPaused;
    private volatile boolean hasPermit;

    @Actor
    public void timer() {
      if (!isPaused) {
        permits.decrementAndGet();
        hasPermit = true;
      }
    }

    @Actor
    public void pause() {
      isPaused = true;
      if (hasPermit) {
        permits.incrementAndGet();
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = permits.get() == 1 ? "free" : "kept";
    }
  }
}
