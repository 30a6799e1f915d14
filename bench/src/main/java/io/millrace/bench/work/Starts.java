package io.millrace.bench.work;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** When things started. {@link #run} is thread-safe; the rest is for afterwards. */
final class Starts implements Runnable {
  private final long[] nanos;
  private final AtomicInteger count = new AtomicInteger();

  Starts(int expected) {
    nanos = new long[expected];
  }

  @Override
  public void run() {
    long now = System.nanoTime();
    nanos[count.getAndIncrement()] = now;
  }

  /** From the first one to the last one. */
  long spanNanos() {
    sort();
    return nanos[nanos.length - 1] - nanos[0];
  }

  /** The most starts in any time of this length, its end not included. */
  int mostIn(long length) {
    sort();
    int most = 0;
    int from = 0;
    for (int to = 0; to < nanos.length; to++) {
      while (nanos[to] - nanos[from] >= length) {
        from++;
      }
      most = Math.max(most, to - from + 1);
    }
    return most;
  }

  /**
   * How many starts the one that is furthest ahead of its time is ahead; a start that is seen late is
   * ahead of nothing, so this is exact where {@link #mostIn} is not.
   *
   * @param begin no permit is older
   * @param nanosEach between two permits
   */
  double mostAhead(long begin, double nanosEach) {
    sort();
    double most = 0;
    for (int i = 0; i < nanos.length; i++) {
      most = Math.max(most, i + 1 - (nanos[i] - begin) / nanosEach);
    }
    return most;
  }

  private void sort() {
    if (count.get() != nanos.length) {
      throw new IllegalStateException(count + " of " + nanos.length + " started");
    }
    Arrays.sort(nanos);
  }
}
