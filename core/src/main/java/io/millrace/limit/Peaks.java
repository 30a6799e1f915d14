package io.millrace.limit;

/**
 * The highest level that a bucket has reached since a time. Peaks that a later and higher one hides are
 * dropped. Of more than a few, the oldest are merged so that the answer is too high rather than too low.
 */
final class Peaks {
  private static final int MOST = 8;

  /* A ring, from the oldest to the newest; the levels fall, except where some were raised. */
  private long[] times = new long[1];
  private double[] levels = new double[1];
  private int oldest;
  private int size;

  /** A level right before a take; no earlier one may be added later. */
  void add(long time, double level) {
    while (size > 0 && levels[place(size - 1)] <= level) {
      size--;
    }
    if (size == MOST) {
      mergeOldest();
    } else if (size == times.length) {
      grow();
    }
    int place = place(size++);
    times[place] = time;
    levels[place] = level;
  }

  private int place(int age) {
    return oldest + age & times.length - 1; // there is a power of two of places
  }

  private void mergeOldest() {
    int second = place(1);
    levels[second] = Math.max(levels[oldest], levels[second]);
    oldest = second;
    size--;
  }

  private void grow() {
    long[] newTimes = new long[2 * size];
    double[] newLevels = new double[2 * size];
    for (int age = 0; age < size; age++) {
      newTimes[age] = times[place(age)];
      newLevels[age] = levels[place(age)];
    }
    times = newTimes;
    levels = newLevels;
    oldest = 0;
  }

  /** The highest one after a time, that time not included; negative infinity if there is none. */
  double highestAfter(long time) {
    double highest = Double.NEGATIVE_INFINITY;
    for (int age = 0; age < size; age++) {
      if (times[place(age)] - time > 0) {
        highest = Math.max(highest, levels[place(age)]);
      }
    }
    return highest;
  }

  /** Raises the levels after a time: they would have been higher by this difference. */
  void raiseAfter(long time, double difference) {
    for (int age = 0; age < size; age++) {
      if (times[place(age)] - time > 0) {
        levels[place(age)] += difference;
      }
    }
  }
}
