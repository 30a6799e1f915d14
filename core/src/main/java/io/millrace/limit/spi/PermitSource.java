package io.millrace.limit.spi;

import java.time.Duration;

/**
 * Where a limiter's permits come from if it does not make them itself, for example a store that several programs share:
 * see {@code RateLimit.leased}. Its methods are called without any lock, by whoever uses the limiter, so they are
 * quick and never block. It is thread-safe.
 */
public interface PermitSource {
  /**
   * A limiter was made that takes its permits from here. Called once for each limiter, before anybody can use it.
   *
   * @throws IllegalStateException if another limiter has this source
   */
  void attach(Lease lease);

  /** The lease runs short: fewer permits are left than was said, or somebody waits for more. Called again after more came. */
  void wanted();

  /**
   * Somebody is about to pause the limiter for all its users. The lease ends with that.
   *
   * @param duration longer than zero
   */
  void pausing(Duration duration);

  /** What a limiter has of its source. Thread-safe; no method blocks, and some serve those who wait. */
  interface Lease {
    /**
     * Adds permits that come evenly. Those that would have come during a pause of the limiter are dropped.
     *
     * @param permits how many, at least 0
     * @param lastAt when the last of them may be used, on the scale of the limiter's clock; a time that has passed means now
     * @param gapNanos the time from one to the next, not negative
     * @param least when fewer than this are left, {@link PermitSource#wanted} is called
     */
    void add(long permits, long lastAt, double gapNanos, long least);

    /** Takes back what is left, and answers how much that was. */
    long withdraw();

    /** How many are left, those included that come later; below 0 if attempts took more than they had said. */
    long left();

    /** How many permits have been used so far. */
    long used();

    /** How many permits the first in the queue lacks; 0 if nobody is known to lack any. */
    long missing();

    /** How many wait at the limiter, for permits or for anything else that it limits. */
    int waiters();

    /** Pauses the limiter as its users do, but the source is not told. */
    void pause(Duration duration);

    /** Nobody is granted a permit any more: attempts fail, also those that wait. */
    void close();
  }
}
