package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.bench.peer.Pace;
import io.millrace.bench.peer.Pacer;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import java.util.Collections;

/** Millrace: items wait for the limiter in a run. */
record MillracePacer(String name) implements Pacer {

  @Override
  public double run(Pace pace, int times, Runnable start) {
    CountingClock clock = new CountingClock();
    RateLimiter limiter = RateLimiter.of(limit(pace), clock);
    Parallel.of(WAITING)
        .rateLimit(limiter)
        .forEach(Collections.nCopies(times, 1), _ -> start.run());
    return clock.rung();
  }

  private static RateLimit limit(Pace pace) {
    return switch (pace) {
      case Pace.Even even -> RateLimit.per(even.permits(), even.period());
      case Pace.Window window -> RateLimit.window(window.permits(), window.period());
    };
  }
}
