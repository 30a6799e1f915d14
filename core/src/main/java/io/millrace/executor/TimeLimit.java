package io.millrace.executor;

import io.millrace.time.TimeSource;

/**
 * How long something may take from its start, by a clock.
 *
 * @param nanos {@link Long#MAX_VALUE} for any time
 */
record TimeLimit(TimeSource clock, long startNanos, long nanos) {
  /** A limit that begins now; less than 0 counts as 0. */
  static TimeLimit of(TimeSource clock, long nanos) {
    long start = nanos == Long.MAX_VALUE ? 0 : clock.nanoTime();
    return new TimeLimit(clock, start, Math.max(0, nanos));
  }

  boolean isNone() {
    return nanos == Long.MAX_VALUE;
  }

  /** Whether the time is up. */
  boolean isOver() {
    return left() == 0;
  }

  /** How long it may still take: at least 0. */
  long left() {
    return isNone() ? nanos : Math.max(0, nanos - (clock.nanoTime() - startNanos));
  }
}
