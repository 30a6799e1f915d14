package io.millrace.limit;

import java.util.Arrays;

/**
 * The highest level that a bucket has reached since a time. Peaks that a later and higher one hides are
 * dropped. Of more than a few, the oldest are merged so that the answer is too high rather than too low.
 */
final class Peaks {
  private static final int MOST = 8;

  /* From the oldest to the newest; the levels fall, except where some were raised. */
  private long[] times = new long[1];
  private double[] levels = new double[1];
  private int size;

  /** A level right before a take; no earlier one may be added later. */
  void add(long time, double level) {
    while (size > 0 && levels[size - 1] <= level) {
      size--;
    }
    if (size == MOST) {
      mergeOldest();
    } else if (size == times.length) {
      times = Arrays.copyOf(times, 2 * size);
      levels = Arrays.copyOf(levels, 2 * size);
    }
    times[size] = time;
    levels[size] = level;
    size++;
  }

  private void mergeOldest() {
    times[0] = times[1];
    levels[0] = Math.max(levels[0], levels[1]);
    System.arraycopy(times, 2, times, 1, MOST - 2);
    System.arraycopy(levels, 2, levels, 1, MOST - 2);
    size--;
  }

  /** The highest one after a time, that time not included; negative infinity if there is none. */
  double highestAfter(long time) {
    double highest = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < size; i++) {
      if (times[i] - time > 0) {
        highest = Math.max(highest, levels[i]);
      }
    }
    return highest;
  }

  /** Raises the levels after a time: they would have been higher by this difference. */
  void raiseAfter(long time, double difference) {
    for (int i = 0; i < size; i++) {
      if (times[i] - time > 0) {
        levels[i] += difference;
      }
    }
  }
}
