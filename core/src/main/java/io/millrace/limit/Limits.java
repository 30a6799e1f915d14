package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.plan.RateLimit;
import io.millrace.time.TimeSource;
import java.time.Duration;

/**
 * Limits by what they do to a function: {@code Limits.maxConcurrent(3).wrap(client::fetch)}. All functions
 * that one limit wraps share it.
 */
public final class Limits {
  private Limits() {}

  /**
   * At most this many calls at once, over all functions that it wraps. A call inside of a call needs a permit
   * of its own, so with a single permit it waits for ever.
   *
   * @param calls at least 1
   */
  public static WeightedSemaphore maxConcurrent(int calls) {
    return maxConcurrent(calls, TimeSource.system());
  }

  /** As {@link #maxConcurrent(int)}, by a clock. */
  public static WeightedSemaphore maxConcurrent(int calls, TimeSource clock) {
    return WeightedSemaphore.bounded(Require.atLeast("calls", calls, 1), clock);
  }

  /**
   * At least this much time from one start to the next.
   *
   * @param period longer than zero
   */
  public static Throttle throttle(Duration period) {
    return Throttle.of(period);
  }

  /** As {@link #throttle(Duration)}, by a clock. */
  public static Throttle throttle(Duration period, TimeSource clock) {
    return Throttle.of(period, clock);
  }

  /**
   * At most this many calls in any time of this length, wherever it begins. A call counts when it is let
   * through.
   *
   * @param maxCalls at least 1
   * @param period longer than zero
   */
  public static RateLimiter rateLimited(int maxCalls, Duration period) {
    return rateLimited(maxCalls, period, Duration.ZERO);
  }

  /**
   * At most this many calls in any time of this length, and a gap between them. A call counts when
   * it is let through.
   *
   * @param maxCalls at least 1
   * @param period longer than zero
   * @param minSpacing the gap, not negative
   */
  public static RateLimiter rateLimited(int maxCalls, Duration period, Duration minSpacing) {
    return rateLimited(maxCalls, period, minSpacing, TimeSource.system());
  }

  /** As {@link #rateLimited(int, Duration, Duration)}, by a clock. */
  public static RateLimiter rateLimited(
      int maxCalls, Duration period, Duration minSpacing, TimeSource clock) {
    Require.atLeast("maxCalls", maxCalls, 1);
    Require.positive("period", period);
    Require.notNegative("minSpacing", minSpacing);
    return RateLimiter.of(
        RateLimit.all(RateLimit.window(maxCalls, period), RateLimit.spacing(minSpacing)), clock);
  }
}
