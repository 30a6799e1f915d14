package io.millrace.limit;

import io.millrace.base.Warnings;
import io.millrace.limit.spi.Waiter;
import org.jspecify.annotations.Nullable;

/**
 * The places that were offered permits in one turn. Filled under the limit's lock; the waiters are told
 * without it, in the order of the queue.
 */
final class Offers<P extends Place<P>> {
  private @Nullable P first;
  private @Nullable P last;

  void add(P place, boolean taken) {
    place.answered(taken);
    if (last == null) {
      first = place;
    } else {
      last.nextOffer = place;
    }
    last = place;
  }

  /** Tells the waiters; what they throw is logged. */
  void tell() {
    P place = first;
    while (place != null) {
      P next = place.nextOffer;
      place.nextOffer = null; // the places of a long turn must not keep each other
      tell(place);
      place = next;
    }
  }

  private static void tell(Place<?> place) {
    if (place.failure != null) {
      log(place.failure);
    }
    Waiter waiter = place.waiter();
    runQuietly(place.isTaken() ? waiter::granted : waiter::declined);
  }

  static void runQuietly(Runnable task) {
    try {
      task.run();
    } catch (Throwable broken) {
      log(broken);
    }
  }

  static void log(Throwable broken) {
    Warnings.log(RateLimiter.class, "a waiter or the clock of a limit failed", broken);
  }
}
