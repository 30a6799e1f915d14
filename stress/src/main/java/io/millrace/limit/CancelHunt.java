package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.stress.HandClock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The interleaving: the first in the queue leaves it just when its permit comes. Either it is granted
 * the permit, or its leaving succeeds and the second is granted it.
 */
public final class CancelHunt {
  private static final long GAP = 10;

  private CancelHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "1, 0, stayed", expect = ACCEPTABLE, desc = "granted, came too late to leave")
  @Outcome(id = "0, 1, left", expect = ACCEPTABLE, desc = "left, and the next one is granted it")
  @Outcome(expect = FORBIDDEN, desc = "the permit is lost or doubled")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofNanos(GAP)), clock);
    private final CountingWaiter first = new CountingWaiter();
    private final CountingWaiter second = new CountingWaiter();
    private final Waiting place;

    public Sound() {
      limiter.tryAcquire();
      place = limiter.queue().enqueue(limiter.queue().demand(null), first);
      limiter.queue().enqueue(limiter.queue().demand(null), second);
      clock.set(GAP);
    }

    @Actor
    public void timer() {
      clock.fire();
    }

    @Actor
    public void leaver(LLL_Result result) {
      result.r3 = place.cancel() ? "left" : "stayed";
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      clock.fire();
      result.r1 = first.grants();
      result.r2 = second.grants();
    }
  }

  /** Both look whether the place is taken, and then take it. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, stayed", expect = ACCEPTABLE, desc = "granted, came too late to leave")
  @Outcome(id = "0, 1, left", expect = ACCEPTABLE, desc = "left, and the next one is granted it")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the permit is lost or doubled")
  public static class Racy {
    private volatile boolean queued = true;
    private volatile int first;
    private volatile int second;

    @Actor
    public void timer() {
      if (queued) {
        queued = false;
        first++;
      } else {
        second++;
      }
    }

    @Actor
    public void leaver(LLL_Result result) {
      boolean left = queued;
      queued = false;
      result.r3 = left ? "left" : "stayed";
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r1 = first;
      result.r2 = second;
    }
  }
}
