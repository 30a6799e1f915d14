package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * One thread's turn to change a semaphore: it has the lock until {@link #close}, which then tells those
 * who were offered permits, in the order of the queue.
 */
final class Offers implements AutoCloseable {
  private final Permits permits;
  private @Nullable PermitPlace first;
  private @Nullable PermitPlace last;

  Offers(Permits permits) {
    this.permits = permits;
  }

  void add(PermitPlace place, boolean taken) {
    place.taken = taken;
    if (last == null) {
      first = place;
    } else {
      last.nextOffer = place;
    }
    last = place;
  }

  @Override
  public void close() {
    permits.end();
    for (PermitPlace place = first; place != null; place = place.nextOffer) {
      Waiter waiter = place.waiter();
      Turn.runQuietly(place.taken ? waiter::granted : waiter::declined);
    }
  }
}
