package io.millrace.limit;

import java.util.Arrays;

/** Grants in order of time, oldest first: a ring that grows. Grants of one time are one entry. */
final class GrantLog {
  private static final int FIRST_LENGTH = 4;

  /* Lengths are equal, and a power of 2. */
  private long[] times = new long[FIRST_LENGTH];
  private long[] permits = new long[FIRST_LENGTH];
  private int oldest;
  private int size;
  private long total;

  /** The permits of all entries. */
  long total() {
    return total;
  }

  /** Adds a grant; no earlier one may be added later. */
  void add(long time, long count) {
    total += count;
    if (size > 0 && times[at(size - 1)] == time) {
      permits[at(size - 1)] += count;
      return;
    }
    if (size == times.length) {
      grow();
    }
    times[at(size)] = time;
    permits[at(size)] = count;
    size++;
  }

  /** Drops the entries up to a time, that one included. */
  void dropUntil(long time) {
    while (size > 0 && times[oldest] - time <= 0) {
      total -= permits[oldest];
      oldest = at(1);
      size--;
    }
  }

  /**
   * The time up to which entries have to be dropped to leave at most this many permits; only if
   * there are more.
   */
  long excessUntil(long most) {
    int index = 0;
    long left = total - permits[oldest];
    while (left > most) {
      index++;
      left -= permits[at(index)];
    }
    return times[at(index)];
  }

  /** Takes permits out of the entry of this time, if it is still here. */
  void giveBack(long time, long count) {
    int index = find(time);
    if (index >= 0) {
      long back = Math.min(count, permits[at(index)]);
      permits[at(index)] -= back;
      total -= back;
    }
  }

  private int find(long time) {
    int low = 0;
    int high = size - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long difference = times[at(middle)] - time;
      if (difference == 0) {
        return middle;
      }
      if (difference < 0) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return -1;
  }

  private int at(int index) {
    return (oldest + index) & (times.length - 1);
  }

  private void grow() {
    times = unrolled(times);
    permits = unrolled(permits);
    oldest = 0;
  }

  /* Only of a full ring: its entries go round from the oldest. */
  private long[] unrolled(long[] ring) {
    long[] longer = Arrays.copyOfRange(ring, oldest, oldest + 2 * ring.length);
    System.arraycopy(ring, 0, longer, ring.length - oldest, oldest);
    return longer;
  }
}
