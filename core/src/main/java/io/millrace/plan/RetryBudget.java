package io.millrace.plan;

import io.millrace.base.Require;
import io.millrace.base.ShortLock;
import io.millrace.base.Shown;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many retries there may be: a share of the calls in a window, and some more on top, so that a small run can
 * repeat what fails. So a server that is down gets little more than the calls that it would get anyway. All runs
 * and executors whose policies hold the same budget share it. Thread-safe.
 *
 * <p>At most {@code floor + share * calls} retries begin in a window, wherever that begins. Calls are the first
 * attempts of items, counted for up to a tenth longer than the window. A retry that the server asked for takes
 * nothing: see {@link Retry#mayRepeat}.
 *
 * <p>Times are those of the runs' clocks; runs that share a budget go by the same one.
 */
public final class RetryBudget {
  private static final RetryBudget UNLIMITED =
      new RetryBudget(Double.POSITIVE_INFINITY, Integer.MAX_VALUE, Require.NEVER);
  private static final int DEFAULT_FLOOR = 100;
  private static final Duration DEFAULT_WINDOW = Duration.ofSeconds(10);
  private static final int SLICES = 10;

  /* 0.29 of 100 is a little less than 29. */
  private static final double ROUNDING = 1e-6;

  private final double share;
  private final int floor;
  private final Duration window;
  private final long sliceNanos;

  /* First attempts ever. */
  private final LongAdder calls = new LongAdder();

  /* Written under the monitor, with hasBegun last; read by anybody, so that most calls only count. */
  private volatile long sliceEnd;
  private volatile boolean hasBegun;

  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock: a ring of what the totals were when each slice began, and those of retries. */
  private final long[] callsBefore = new long[SLICES + 1];
  private final long[] retriesBefore = new long[SLICES + 1];
  private int newest;
  private long retries;
  private long refused;

  private RetryBudget(double share, int floor, Duration window) {
    this.share = share;
    this.floor = floor;
    this.window = window;
    this.sliceNanos = Math.max(1, Require.nanos(window) / SLICES);
  }

  /** No limit: retries are bounded by the attempts of each item only. */
  public static RetryBudget unlimited() {
    return UNLIMITED;
  }

  /** This share of the calls of 10 s, and 100 more. */
  public static RetryBudget of(double share) {
    return of(share, DEFAULT_FLOOR, DEFAULT_WINDOW);
  }

  /**
   * This share of the calls of a window, and some more.
   *
   * @param share from 0 to 1; 0.1 is 10 %
   * @param floor the retries of a window that need no calls, at least 0
   * @param window longer than zero
   */
  public static RetryBudget of(double share, int floor, Duration window) {
    if (!(share >= 0 && share <= 1)) {
      throw new IllegalArgumentException(
          "share must be from 0 to 1, not " + share + ": 10 % is 0.1");
    }
    Require.atLeast("floor", floor, 0);
    Require.positive("window", window);
    return new RetryBudget(share, floor, window);
  }

  /** The share of the calls that may be repeated; infinite if there is no limit. */
  public double share() {
    return share;
  }

  /** The retries of a window that need no calls. */
  public int floor() {
    return floor;
  }

  /** How long calls and retries count. */
  public Duration window() {
    return window;
  }

  /** How many retries it has refused so far. */
  public long refused() {
    lock.lock();
    try {
      return refused;
    } finally {
      lock.unlock();
    }
  }

  /** Whether there is a limit. */
  public boolean isLimited() {
    return this != UNLIMITED;
  }

  /**
   * Counts a call: the first attempt of an item. Runs do that themselves.
   *
   * @param now what the clock says, in nanoseconds
   */
  public void count(long now) {
    if (isLimited()) {
      if (!hasBegun || now - sliceEnd >= 0) {
        turn(now);
      }
      calls.increment();
    }
  }

  /**
   * Takes a retry if there may be one more. Runs do that themselves.
   *
   * @param now as for {@link #count}
   */
  public boolean tryTake(long now) {
    return !isLimited() || takeOne(now);
  }

  private boolean takeOne(long now) {
    lock.lock();
    try {
      turn(now);
      long recentCalls = calls.sum() - callsBefore[oldest()];
      boolean isLeft = recentRetries() + 1 <= floor + share * recentCalls + ROUNDING;
      if (isLeft) {
        retries++;
      } else {
        refused++;
      }
      return isLeft;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Gives a retry back that was not made, or that shall not count, for example because it succeeded. Runs never do
   * that. One that was taken more than a window ago counts no more anyway.
   *
   * @param now as for {@link #count}
   */
  public void giveBack(long now) {
    if (isLimited()) {
      giveOneBack(now);
    }
  }

  private void giveOneBack(long now) {
    lock.lock();
    try {
      turn(now);
      if (recentRetries() > 0) {
        forgetOldest();
      }
    } finally {
      lock.unlock();
    }
  }

  /*
   * Nobody says which retry it was. The oldest one that counts would have been the first to count no more, so a later
   * window never has more than it should. It is taken out of what the totals were since.
   */
  private void forgetOldest() {
    long before = retriesBefore[oldest()];
    for (int slice = 0; slice < retriesBefore.length; slice++) {
      if (retriesBefore[slice] > before) {
        retriesBefore[slice]--;
      }
    }
    retries--;
  }

  private long recentRetries() {
    return retries - retriesBefore[oldest()];
  }

  private int oldest() {
    return (newest + 1) % callsBefore.length;
  }

  /* Begins the slice of this time. A time before the slice's own counts as part of it. */
  private void turn(long now) {
    lock.lock();
    try {
      if (!hasBegun) {
        sliceEnd = now + sliceNanos;
        hasBegun = true;
      }
      long end = sliceEnd;
      long late = now - end;
      if (late < 0) {
        return;
      }
      long passed = late / sliceNanos + 1;
      long called = calls.sum();
      if (passed > SLICES) {
        Arrays.fill(callsBefore, called);
        Arrays.fill(retriesBefore, retries);
      } else {
        for (int slice = 0; slice < passed; slice++) {
          newest = (newest + 1) % callsBefore.length;
          callsBefore[newest] = called;
          retriesBefore[newest] = retries;
        }
      }
      sliceEnd = end + passed * sliceNanos;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    return isLimited()
        ? new Shown("RetryBudget")
            .option("share", share, null)
            .option("floor", floor, DEFAULT_FLOOR)
            .option("window", window, DEFAULT_WINDOW)
            .toString()
        : "RetryBudget[unlimited]";
  }
}
