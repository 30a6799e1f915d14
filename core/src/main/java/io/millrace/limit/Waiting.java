package io.millrace.limit;

/** A place in a limit's queue. Thread-safe. */
public sealed interface Waiting permits Place {

  /**
   * Leaves the queue.
   *
   * @return true if this call took it out of the queue: nothing was taken, and the waiter is not
   *     called any more; false if the waiter was or is being offered the permit, or an earlier call
   *     returned true
   */
  boolean cancel();
}
