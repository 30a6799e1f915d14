package io.millrace.limit.spi;

import org.jspecify.annotations.Nullable;

/**
 * What an attempt asks of a rate limiter: its key and its costs, made by {@link RateQueue#demand} and good for that limiter
 * only. Repeated attempts of an item may use the same one, one after the other. Used by one thread at a time.
 */
public interface Demand {
  /**
   * What the call fails with instead of being made, although its permits were taken; null if it may be made. Only
   * for a limit with a circuit breaker that lets calls fail, or with leased permits; whoever finds this gives the permits back.
   */
  @Nullable RuntimeException refusal();
}
