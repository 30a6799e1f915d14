package io.millrace.limit;

import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * A place that knows its line and its neighbours there.
 *
 * @param <P> the places of the same queue
 */
abstract sealed class Place<P extends Place<P>> implements Waiting permits GatePlace, PermitPlace {
  private static final long TAKEN = -1;
  private static final long DECLINED = -2;

  private final Waiter waiter;

  /* Written and read by Line and Lines only, under the lock of the limit. */
  @Nullable Line<P> line;
  @Nullable P previous;
  @Nullable P next;
  /* When it came to stand in its queue, as a number, and when it arrived among those of its party. */
  long arrival;
  long number;

  /*
   * Written under the lock of the limit when it was asked, then read by the thread that had the
   * lock. A place has to fit into one cache line, so the answer is kept in the field of the number.
   */
  @Nullable Throwable failure;
  @Nullable P nextOffer;

  Place(Waiter waiter) {
    this.waiter = waiter;
  }

  final void answered(boolean taken) {
    number = taken ? TAKEN : DECLINED;
  }

  final boolean isTaken() {
    return number == TAKEN;
  }

  final Waiter waiter() {
    return waiter;
  }
}
