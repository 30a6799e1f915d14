package io.millrace.hammer;

import io.millrace.Parallel;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import java.time.Duration;

/** What limits how often attempts start. */
enum Limit {
  NONE,
  RATE,
  RATE_BY_KEY,
  /** One for all items and one for each key. */
  MIXED,
  /** Attempts cost up to three permits, and turn out to have cost something else. */
  COSTS,
  /** One limiter for all trials; calls of the action pause it now and then. */
  SHARED,
  /** As many permits as there can be attempts: a lost one makes the run hang. */
  BUDGET;

  private static final RateLimiter OF_ALL = RateLimiter.of(RateLimit.perSecond(200_000).burst(20));
  private static final Duration PAUSE = Duration.ofNanos(50_000);

  Parallel on(Parallel parallel, int burst, Probe probe) {
    RateLimit.TokenBucket rate = RateLimit.perSecond(100_000).burst(burst);
    return switch (this) {
      case NONE -> parallel;
      case RATE -> parallel.rateLimit(rate);
      case RATE_BY_KEY -> parallel.rateLimit(rate.by(probe::limitKey));
      case MIXED ->
          parallel.rateLimit(RateLimit.all(RateLimit.perSecond(150_000), rate.by(probe::limitKey)));
      case COSTS ->
          parallel.rateLimit(
              rate.burst(burst + 3.0)
                  .costing(probe::cost)
                  .settling((Integer item, Integer value) -> value % 4));
      case SHARED -> parallel.rateLimit(OF_ALL);
      case BUDGET -> parallel.rateLimit(probe.budget());
    };
  }

  static RateLimiter budget(int permits) {
    return RateLimiter.of(RateLimit.window(permits, Duration.ofHours(1)));
  }

  void pause() {
    if (this == SHARED) {
      OF_ALL.pause(PAUSE);
    }
  }
}
