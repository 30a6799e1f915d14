package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/** A place in the queue of a semaphore. */
final class PermitPlace extends Place<PermitPlace> {
  private final Permits owner;
  private final int permits;

  /* Written under the owner's lock when the waiter is offered its permits, then read by that thread. */
  boolean taken;
  @Nullable PermitPlace nextOffer;

  PermitPlace(Permits owner, int permits, Waiter waiter) {
    super(waiter);
    this.owner = owner;
    this.permits = permits;
  }

  @Override
  public boolean cancel() {
    return owner.cancel(this);
  }

  int permits() {
    return permits;
  }
}
