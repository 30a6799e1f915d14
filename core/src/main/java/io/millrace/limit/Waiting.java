package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/** A place in a limiter's queue. Thread-safe. */
public final class Waiting {
  private final Turnstile turnstile;
  private final Gate gate;
  private final Demand demand;
  private final Waiter waiter;

  /* The links of a WaitQueue: written and read by it only, under the limiter's lock. */
  boolean queued;
  @Nullable Waiting previous;
  @Nullable Waiting next;

  Waiting(Turnstile turnstile, Gate gate, Demand demand, Waiter waiter) {
    this.turnstile = turnstile;
    this.gate = gate;
    this.demand = demand;
    this.waiter = waiter;
  }

  /**
   * Leaves the queue.
   *
   * @return true if this call took it out of the queue: nothing was taken, and the waiter is not
   *     called any more; false if the waiter was or is being offered the permit, or an earlier call
   *     returned true
   */
  public boolean cancel() {
    return turnstile.cancel(this);
  }

  Gate gate() {
    return gate;
  }

  Demand demand() {
    return demand;
  }

  Waiter waiter() {
    return waiter;
  }
}
