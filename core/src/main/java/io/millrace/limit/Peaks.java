package io.millrace.limit;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The highest level that a bucket has reached since a time. Levels that a later and higher one hides are
 * forgotten. Of more than a few, two become one, so that the answer may be too high, but never too low: those two
 * whose difference matters least to whoever gives permits back, which is by how much the later one lacks more to
 * the burst than the earlier one.
 */
final class Peaks {
  private static final int MOST = 16;

  private double nanosPerPermit;
  /* Of the fastest rate since the oldest of the spans. */
  private double leastNanosPerPermit;
  private double burst;
  /* From the oldest to the newest: the highest level of each span of time. They fall, except where some were raised. */
  private long[] from = new long[1];
  private long[] to = new long[1];
  private double[] levels = new double[1];
  /* By how much the level of a span may still rise if what was taken within the span is put back: by what has flowed
   * in meanwhile. */
  private double[] room = new double[1];
  private int size;

  Peaks(double nanosPerPermit, double burst) {
    this.nanosPerPermit = nanosPerPermit;
    this.leastNanosPerPermit = nanosPerPermit;
    this.burst = burst;
  }

  /*
   * Times do not tell the takes of one instant apart. The level before the first of them stands for all, because
   * they only lower it; unless something was put back between them, which has made the level higher than it was
   * before the first one. Then what any of them took counts as taken before that level.
   */

  /** A level right before a take; no earlier one may be added later. More than the burst leaves no more room than that. */
  void add(long time, double reached) {
    double level = Math.min(burst, reached);
    boolean isLaterTake = size > 0 && to[size - 1] == time;
    if (isLaterTake && levels[size - 1] > level) {
      return;
    }
    while (size > 0 && levels[size - 1] <= level) {
      size--;
    }
    if (size == 0) {
      leastNanosPerPermit = nanosPerPermit;
    } else if (size == MOST) {
      mergeMostAlike();
    } else if (size == levels.length) {
      grow();
    }
    from[size] = isLaterTake ? time + 1 : time;
    to[size] = time;
    levels[size] = level;
    room[size++] = 0;
  }

  /**
   * Changes rate and burst, which leave this level. What a span lacks to the burst could have been put back then, and
   * stays the same with the new burst. Spans whose rates differ may become one: the fastest rate counts for both, so
   * that not too much is put back.
   */
  void change(long time, double level, double nanosPerPermit, double burst) {
    for (int span = 0; span < size; span++) {
      levels[span] += burst - this.burst;
    }
    this.burst = burst;
    this.nanosPerPermit = nanosPerPermit;
    this.leastNanosPerPermit = Math.min(leastNanosPerPermit, nanosPerPermit);
    add(time, level);
  }

  /** With a level that was left at a time: what is known of both, if only the takes at this time count; else null. */
  @Nullable Level level(long time, double left) {
    boolean isAll =
        size == 1 && to[0] == time && room[0] == 0 && leastNanosPerPermit == nanosPerPermit;
    return isAll ? new Level(nanosPerPermit, burst, time, left, levels[0], from[0]) : null;
  }

  /** Takes over what {@link #level} has become. */
  void set(Level taken) {
    from[0] = taken.peakFrom();
    to[0] = taken.time();
    levels[0] = taken.peak();
  }

  private void grow() {
    from = Arrays.copyOf(from, 2 * size);
    to = Arrays.copyOf(to, 2 * size);
    levels = Arrays.copyOf(levels, 2 * size);
    room = Arrays.copyOf(room, 2 * size);
  }

  private void mergeMostAlike() {
    int best = 0;
    double bestLack = 0;
    double bestMore = Double.POSITIVE_INFINITY;
    for (int first = 0; first < size - 1; first++) {
      double lack = Math.max(0, burst - levels[first]);
      double more = Math.max(0, levels[first] - levels[first + 1]);
      if (more * bestLack < bestMore * lack) { // more / lack is less than the best of them
        best = first;
        bestLack = lack;
        bestMore = more;
      }
    }
    merge(best, best + 1);
  }

  private void merge(int first, int second) {
    from[second] = from[first];
    levels[second] = Math.max(levels[first], levels[second]);
    room[second] = (to[second] - from[first]) / leastNanosPerPermit;
    int moved = size - second;
    System.arraycopy(from, second, from, first, moved);
    System.arraycopy(to, second, to, first, moved);
    System.arraycopy(levels, second, levels, first, moved);
    System.arraycopy(room, second, room, first, moved);
    size--;
  }

  /** The highest one after a time, that time not included; negative infinity if there is none. */
  double highestAfter(long time) {
    double highest = Double.NEGATIVE_INFINITY;
    for (int span = 0; span < size; span++) {
      if (to[span] - time > 0) {
        highest = Math.max(highest, levels[span]);
      }
    }
    return highest;
  }

  /** Raises the levels after a time: they would have been higher by this difference. */
  void raiseAfter(long time, double difference) {
    for (int span = 0; span < size; span++) {
      if (from[span] - time > 0) {
        raise(span, difference);
      } else if (to[span] - time > 0) {
        double raised = Math.min(difference, room[span]);
        raise(span, raised);
        room[span] -= raised;
      }
    }
  }

  private void raise(int span, double difference) {
    levels[span] = Math.max(levels[span], Math.min(burst, levels[span] + difference));
  }
}
