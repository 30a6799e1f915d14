package io.millrace.outcome;

import io.millrace.base.Require;
import java.time.Duration;
import java.util.Arrays;

/**
 * How long attempts took, as a histogram: counts of nearly equal times. Up to 127 ns each time has a count of
 * its own; above that each doubling is split in 64 parts of the same width, as HdrHistogram does it. So a
 * time that this gives is at most 1/64, or 1.6 %, above that of an attempt. Times of more than 2.4 hours count as that.
 * Immutable.
 */
public final class Latencies {
  /** No attempt. */
  public static final Latencies NONE = new Latencies(new long[0]);

  private static final int PART_BITS = 6;
  private static final int PARTS = 1 << PART_BITS;
  private static final int MOST_BITS = 43;
  private static final long MOST_NANOS = (1L << MOST_BITS) - 1;

  /** How many counts there are. */
  static final int SIZE = (MOST_BITS - 1 - PART_BITS) * PARTS + 2 * PARTS;

  private final long[] counts;
  private final long count;

  private Latencies(long[] counts) {
    this.counts = counts;
    this.count = Arrays.stream(counts).sum();
  }

  /**
   * A histogram of counts by place.
   *
   * @param counts how many attempts took a time with each {@link #place}; further ones are zero
   */
  public static Latencies of(long... counts) {
    if (counts.length > SIZE) {
      throw new IllegalArgumentException(
          "there are at most " + SIZE + " counts, not " + counts.length);
    }
    int used = counts.length;
    while (used > 0 && counts[used - 1] == 0) {
      used--;
    }
    return used == 0 ? NONE : new Latencies(Arrays.copyOf(counts, used));
  }

  /** How many attempts took a time with each {@link #place}; {@link #of} makes the same histogram of it. */
  public long[] counts() {
    return counts.clone();
  }

  /** The place of the count of a time, from 0. */
  public static int place(long nanos) {
    long time = Math.clamp(nanos, 0, MOST_NANOS);
    int shift = Long.SIZE - 1 - PART_BITS - Long.numberOfLeadingZeros(time | PARTS);
    return (shift << PART_BITS) + (int) (time >>> shift);
  }

  /** How many places there are. */
  public static int places() {
    return SIZE;
  }

  /** The longest time with the same place, in nanoseconds. */
  private static long longest(int place) {
    int shift = Math.max(0, (place >>> PART_BITS) - 1);
    long part = place - ((long) shift << PART_BITS);
    return ((part + 1) << shift) - 1;
  }

  /** How many attempts. */
  public long count() {
    return count;
  }

  /**
   * The time within which this many percent of the attempts ended; zero if there were none.
   *
   * @param percent above 0, at most 100: 50 for the median
   */
  public Duration percentile(double percent) {
    if (!(percent > 0 && percent <= 100)) {
      throw new IllegalArgumentException("percent must be above 0 and at most 100, not " + percent);
    }
    long rank = Math.clamp((long) Math.ceil(percent / 100 * count), 1, Math.max(1, count));
    long seen = 0;
    for (int place = 0; place < counts.length; place++) {
      seen += counts[place];
      if (seen >= rank) {
        return Duration.ofNanos(longest(place));
      }
    }
    return Duration.ZERO;
  }

  /** The longest time; zero if there was no attempt. */
  public Duration max() {
    return counts.length == 0 ? Duration.ZERO : Duration.ofNanos(longest(counts.length - 1));
  }

  /**
   * How many attempts took at most this long; those that took up to 1.6 % longer may count as well.
   *
   * @param time not negative
   */
  public long within(Duration time) {
    int last = place(Require.nanos(Require.notNegative("time", time)));
    long seen = 0;
    for (int place = 0; place < counts.length && place <= last; place++) {
      seen += counts[place];
    }
    return seen;
  }

  /** Both together. */
  public Latencies plus(Latencies other) {
    if (count == 0 || other.count == 0) {
      return count == 0 ? other : this;
    }
    long[] sum = Arrays.copyOf(counts, Math.max(counts.length, other.counts.length));
    for (int place = 0; place < other.counts.length; place++) {
      sum[place] += other.counts[place];
    }
    return of(sum);
  }

  /** The attempts that have been added since an earlier snapshot of the same monitor. */
  public Latencies since(Latencies earlier) {
    long[] added = counts.clone();
    for (int place = 0; place < Math.min(added.length, earlier.counts.length); place++) {
      added[place] = Math.max(0, added[place] - earlier.counts[place]);
    }
    return of(added);
  }

  @Override
  public String toString() {
    return "Latencies["
        + count
        + ", median "
        + percentile(50)
        + ", 99 % "
        + percentile(99)
        + ", max "
        + max()
        + "]";
  }
}
