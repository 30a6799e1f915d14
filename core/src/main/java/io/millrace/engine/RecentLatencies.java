package io.millrace.engine;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLongArray;

/** How long the last attempts took that succeeded. Thread-safe. */
final class RecentLatencies {
  private static final int LAST = 512;

  /** So many have to be known. */
  static final int LEAST = 100;

  private final AtomicLongArray ring = new AtomicLongArray(LAST);
  private final AtomicInteger count = new AtomicInteger();

  /** An attempt succeeded after so long; true if with this one enough are known for the first time. */
  boolean add(long nanos) {
    int place = count.getAndUpdate(RecentLatencies::next);
    ring.setRelease(place & (LAST - 1), nanos);
    return place == LEAST - 1;
  }

  /* Goes round above the last place, so that it never looks like a beginning again. */
  private static int next(int place) {
    return place == 2 * LAST - 1 ? LAST : place + 1;
  }

  boolean isKnown() {
    return count.get() >= LEAST;
  }

  /** The time within which so many percent of them ended; only if enough are known. */
  long percentile(double percent) {
    int known = Math.min(LAST, count.get());
    long[] all = new long[known];
    Arrays.setAll(all, ring::getAcquire);
    Arrays.sort(all);
    return all[(int) Math.ceil(percent / 100 * known) - 1];
  }
}
