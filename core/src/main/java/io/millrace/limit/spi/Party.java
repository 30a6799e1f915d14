package io.millrace.limit.spi;

/**
 * Waiters that share what they need besides permits, such as the slots of a run. A waiter that is
 * offered its permits while no slot is free answers {@link Waiter.Answer#HOLD}: the party's places
 * are put off then, and others are served meanwhile. Whenever a slot becomes free, {@link #resume}
 * offers the first of those places its permits again. {@link io.millrace.limit.RateLimiter#party} makes one.
 * Thread-safe.
 *
 * <p>One party may have places at any number of limits, and at any number of keys.
 */
public interface Party {
  /**
   * Whether something may have been put off. Whoever frees a slot and finds false here need not
   * resume: a waiter that is being asked at this moment counts as well.
   */
  boolean hasHeld();

  /**
   * The rank of the first place that was put off. While a waiter is being asked it is -1, because that one
   * may come before all others; if nothing was put off, it is {@link Long#MAX_VALUE}.
   */
  long firstHeld();

  /**
   * Tells the party that a slot is free. Of the places that were put off, the one that arrived
   * first is offered its permits again. If they are no longer available, it waits for them in its
   * old place, and the next place follows, until the waiter of one of them has been asked. Call
   * this method once for each slot, without holding a lock that {@link Waiter#claim} takes. The
   * waiters' callbacks may run in the calling thread.
   */
  void resume();
}
