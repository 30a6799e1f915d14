package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * What an attempt asks of a {@link RateLimiter}: its key and its costs, made by {@link
 * RateLimiter#demand} and good for that limiter only. Repeated attempts of an item may use the same
 * one, one after the other.
 */
public final class Demand {
  private final @Nullable Key key;
  private final long[] costs;
  /*
   * Written at a take, and read when that is settled or given back, both under the limiter's lock; a free take needs
   * none. The gate is the one that was found last: keys are compared once a demand.
   */
  private long takenAt;
  private boolean taken;
  private @Nullable Gate gate;

  /* What refuses the attempt that has just taken its permits. Written under the limit's lock, at each take; then
   * read by whoever has the permits. */
  private @Nullable Bucket refusedBy;

  Demand(@Nullable Key key, long[] costs) {
    this.key = key;
    this.costs = costs;
  }

  @Nullable Key key() {
    return key;
  }

  /** What is asked of the limiter's leaf with this index. */
  long cost(int leaf) {
    return costs[leaf];
  }

  /** What is asked of each leaf. */
  long[] costs() {
    return costs;
  }

  @Nullable Gate gate() {
    return gate;
  }

  void found(Gate gate) {
    this.gate = gate;
  }

  long takenAt() {
    return takenAt;
  }

  void take(long now, @Nullable Bucket refusedBy) {
    takenAt = now;
    taken = true;
    this.refusedBy = refusedBy;
  }

  /** Takes what is not limited, so that nothing is ever given back. By whoever has the demand, without the lock. */
  void takeFreely(long now) {
    takenAt = now;
    taken = false;
    refusedBy = null;
  }

  /**
   * What the call fails with instead of being made, although its permits were taken; null if it may be made. Only
   * for a limit with a circuit breaker that lets calls fail, or with leased permits; whoever finds this gives the permits back.
   */
  public @Nullable RuntimeException refusal() {
    return refusedBy == null ? null : refusedBy.refusal();
  }

  /** Returns false if nothing was taken since the last time. */
  boolean giveBack() {
    boolean was = taken;
    taken = false;
    return was;
  }
}
