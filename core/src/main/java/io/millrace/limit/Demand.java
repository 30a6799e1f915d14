package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * What an attempt asks of a {@link RateLimiter}: its key and its costs, made by {@link
 * RateLimiter#demand} and good for that limiter only. Repeated attempts of an item may use the same
 * one, one after the other.
 */
public final class Demand {
  private final @Nullable Object key;
  private final long[] costs;
  /* Written at a take and read when that is settled, both under the limiter's lock. */
  private long takenAt;

  Demand(@Nullable Object key, long[] costs) {
    this.key = key;
    this.costs = costs;
  }

  @Nullable Object key() {
    return key;
  }

  /** What is asked of the limiter's leaf with this index. */
  long cost(int leaf) {
    return costs[leaf];
  }

  long takenAt() {
    return takenAt;
  }

  void taken(long now) {
    takenAt = now;
  }
}
