package io.millrace.limit;

import io.millrace.limit.spi.Waiter;

/** A place in the queue of a semaphore. */
final class PermitPlace extends Place<PermitPlace> {
  private final Permits owner;
  private final int permits;

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
