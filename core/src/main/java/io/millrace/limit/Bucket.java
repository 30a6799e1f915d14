package io.millrace.limit;

import io.millrace.outcome.BreakerOpenException;
import io.millrace.signal.ServerAnswer;
import org.jspecify.annotations.Nullable;

/**
 * What one limit has granted, and when it grants next. Pure arithmetic without lock or clock; the
 * limiter's lock guards it, and the times it is given never run backwards.
 *
 * <p>Times are those of {@code TimeSource.nanoTime}: they wrap around, so only differences are compared.
 */
interface Bucket {
  /** The longest wait, 73 years; the sum of two still compares right by difference. */
  long LONGEST = 1L << 61;

  /** Whether nobody knows when it grants this cost: not before the next {@link #settle}, or before more permits are added. */
  default boolean isClosed(long cost) {
    return false;
  }

  /** The earliest time for this cost, if nothing else is taken; one that has passed means now. */
  long availableAt(long cost);

  /**
   * Takes permits that are available.
   *
   * @param dueAt when they would have been taken if the wake-up had not been late; now if it was not
   */
  void take(long now, long cost, long dueAt);

  /** Corrects the cost of an earlier take: gives back (above 0) or owes (below 0). */
  void settle(long now, long takenAt, long excess);

  /**
   * Undoes a take that led to no call. Never more is there afterwards than if the take had not
   * happened.
   */
  void giveBack(long now, long takenAt, long cost);

  /**
   * Grants nothing before this time, then one call, then the others at the limit's pace. An earlier
   * time does nothing.
   */
  void holdUntil(long time);

  /**
   * Learns from the answer to an attempt.
   *
   * @param takenAt when it took its permits
   * @param turn runs what the user is told, without the lock: {@link Turn#tell}
   */
  default void answered(long now, long takenAt, ServerAnswer answer, Turn turn) {}

  /** Whether what it grants now must not be called: it fails instead. */
  default boolean refuses(long now) {
    return false;
  }

  /** What a call fails with that it refuses. */
  default RuntimeException refusal() {
    return new BreakerOpenException(toString());
  }

  /** Something was granted before the bucket was made. */
  default void hasGranted() {}

  /** Whether nothing that has happened counts any more: a new bucket would answer the same. */
  boolean isIdle(long now);

  /** Whether one of them is closed for its cost, which are those from an index on. */
  static boolean anyClosed(Bucket[] buckets, long[] costs, int from) {
    for (int i = 0; i < buckets.length; i++) {
      if (buckets[i].isClosed(costs[from + i])) {
        return true;
      }
    }
    return false;
  }

  /** The first that refuses; null if none does. */
  static @Nullable Bucket refusing(Bucket[] buckets, long now) {
    for (Bucket bucket : buckets) {
      if (bucket.refuses(now)) {
        return bucket;
      }
    }
    return null;
  }

  static long later(long one, long other) {
    return one - other > 0 ? one : other;
  }

  static long earlier(long one, long other) {
    return one - other > 0 ? other : one;
  }
}
