package io.millrace.limit;

import io.millrace.limit.spi.Demand;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What an attempt asks of a {@link RateLimiter}, what it took, and where. */
final class RateDemand implements Demand {
  private final @Nullable Key key;
  private final long[] costs;
  /*
   * Written at a take, under the limiter's lock or, by whoever has the demand, on the way past it; read under the lock
   * when the take is settled or given back. The gate is the one that was found last: keys are compared once a demand.
   */
  private long takenAt;
  private boolean taken;
  private @Nullable Gate gate;

  /* What refuses the attempt that was just let go. Written under the limit's lock, at each take; then
   * read by whoever makes the attempt. */
  private @Nullable Bucket refusedBy;

  RateDemand(@Nullable Key key, long[] costs) {
    this.key = key;
    this.costs = costs;
  }

  /** The demand as the limit knows it. */
  static RateDemand of(Demand demand) {
    if (demand instanceof RateDemand own) {
      return own;
    }
    throw new IllegalArgumentException(
        "the demand must be one that this limiter's queue().demand(item) has made, not "
            + Objects.requireNonNull(demand, "demand").getClass().getName());
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

  void take(long now) {
    takenAt = now;
    taken = true;
    refusedBy = null;
  }

  /** Takes nothing: the attempt fails. */
  void refuse(long now, Bucket by) {
    takenAt = now;
    taken = false;
    refusedBy = by;
  }

  /** Takes what is not limited, so that nothing is ever given back. By whoever has the demand, without the lock. */
  void takeFreely(long now) {
    takenAt = now;
    taken = false;
    refusedBy = null;
  }

  @Override
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
