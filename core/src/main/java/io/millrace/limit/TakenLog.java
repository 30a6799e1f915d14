package io.millrace.limit;

/**
 * What was taken since an answer, in order of time: a ring that grows up to a bound. Beyond that, neighbours become
 * one entry, as if both had been taken at the later one's time.
 */
final class TakenLog {
  private static final int FIRST_LENGTH = 16;
  private static final int MOST = 4_096;
  /* How far back a change looks for its take. */
  private static final int LOOKS = 64;

  /* Lengths are equal, and a power of 2. */
  private long[] times = new long[FIRST_LENGTH];
  /* All that was taken up to an entry, that one included. */
  private double[] totals = new double[FIRST_LENGTH];
  private int oldest;
  private int size;
  /* All that was taken before the oldest entry. */
  private double before;

  /** Adds a take; no earlier one may be added later. */
  void add(long time, long cost) {
    if (size == MOST) {
      merge();
    } else if (size == times.length) {
      grow();
    }
    times[at(size)] = time;
    totals[at(size)] = total() + cost;
    size++;
  }

  /** What was taken after a time, as far as that is remembered. */
  double after(long time) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (times[at(middle)] - time <= 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return total() - (low == 0 ? before : totals[at(low - 1)]);
  }

  /** Drops the entries up to a time, that one included. */
  void dropUntil(long time) {
    while (size > 0 && times[oldest] - time <= 0) {
      before = totals[oldest];
      oldest = at(1);
      size--;
    }
    if (size == 0) {
      before = 0; // so that sums stay exact
    }
  }

  /** Changes what the take at a time has taken, if it is not long ago. */
  void change(long time, long difference) {
    int least = Math.max(0, size - LOOKS);
    int index = size - 1;
    while (index >= least && times[at(index)] - time > 0) {
      index--;
    }
    if (index >= least && times[at(index)] == time) {
      for (int i = index; i < size; i++) {
        totals[at(i)] += difference;
      }
    }
  }

  private double total() {
    return size == 0 ? before : totals[at(size - 1)];
  }

  private void merge() {
    for (int i = 0; i < size / 2; i++) {
      times[at(i)] = times[at(2 * i + 1)];
      totals[at(i)] = totals[at(2 * i + 1)];
    }
    size /= 2;
  }

  private void grow() {
    long[] moreTimes = new long[2 * size];
    double[] moreTotals = new double[2 * size];
    for (int i = 0; i < size; i++) {
      moreTimes[i] = times[at(i)];
      moreTotals[i] = totals[at(i)];
    }
    times = moreTimes;
    totals = moreTotals;
    oldest = 0;
  }

  private int at(int index) {
    return (oldest + index) & (times.length - 1);
  }
}
