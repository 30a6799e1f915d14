package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * A place that knows its neighbours.
 *
 * @param <P> the places of the same queue
 */
abstract sealed class Place<P extends Place<P>> implements Waiting permits GatePlace, PermitPlace {
  private final Waiter waiter;

  /* Written and read by a WaitQueue only, under the lock of its limit. */
  boolean queued;
  @Nullable P previous;
  @Nullable P next;

  Place(Waiter waiter) {
    this.waiter = waiter;
  }

  final Waiter waiter() {
    return waiter;
  }
}
