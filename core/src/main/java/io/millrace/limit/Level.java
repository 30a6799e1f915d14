package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * What a {@link LevelBucket} knows right after a take that found it at least as full as every earlier take did. That is
 * little, because such a take hides all the {@link Peaks} before it. Immutable.
 *
 * @param time when the last permits were taken
 * @param level the permits that were left then
 * @param peak the highest level that a take at this time has found
 * @param peakFrom as in {@code Peaks}
 */
record Level(
    double nanosPerPermit, double burst, long time, double level, double peak, long peakFrom) {
  /**
   * What the bucket would know after one more take; null if it must not take yet, or would know more than this.
   *
   * @param now an earlier time than the last one counts as the last one
   */
  @Nullable Level take(long now, long cost) {
    long at = Bucket.later(time, now);
    if (cost == 0 || availableAt(cost) - at > 0) {
      return null;
    }
    boolean isLaterTake = at == time;
    double before = isLaterTake ? level : risen(at);
    double reached = Math.min(burst, before);
    if (reached >= peak) {
      return after(at, before - cost, reached, isLaterTake ? at + 1 : at);
    }
    return isLaterTake ? after(at, before - cost, peak, peakFrom) : null;
  }

  private Level after(long now, double left, double highest, long from) {
    return new Level(nanosPerPermit, burst, now, left, highest, from);
  }

  private long availableAt(long cost) {
    return LevelBucket.availableAt(time, cost - level, nanosPerPermit);
  }

  private double risen(long now) {
    return Math.min(burst, level + (now - time) / nanosPerPermit);
  }
}
