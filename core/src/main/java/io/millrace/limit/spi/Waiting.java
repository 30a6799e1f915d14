package io.millrace.limit.spi;

/** A place in a limit's queue; the limit makes it. Thread-safe. */
public interface Waiting {

  /**
   * Leaves the queue.
   *
   * @return true if this call took it out of the queue: nothing was taken, and the waiter is not
   *     called any more; false if the waiter was or is being offered the permit, or an earlier call
   *     returned true
   */
  boolean cancel();
}
