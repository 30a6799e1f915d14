package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * One wait of a ticket for permits: it is granted, declined or withdrawn, exactly once. An item gets its
 * permits together with a slot, and only if it may begin, so that it starts at once: permits that wait would let later
 * calls come in a burst, and others go without them meanwhile.
 */
abstract class Offer implements Waiter {
  final Ticket ticket;
  private final Waits waits;

  /* Handed from claim to granted by the limit. */
  private int generation;

  /* Written by the one who queues, read by those who withdraw; and the other way round. */
  private volatile @Nullable Waiting place;
  private volatile boolean isUnwanted;

  Offer(Ticket ticket, Waits waits) {
    this.ticket = ticket;
    this.waits = waits;
    ticket.offer = this;
  }

  /** Notes what was queued; true if it was withdrawn meanwhile, and is not queued any more. */
  final boolean queued(Waiting itsPlace) {
    place = itsPlace;
    return isUnwanted && itsPlace.cancel();
  }

  /** Leaves the queue; false if it is not there, or not yet: then {@link #queued} answers true. */
  final boolean withdraw() {
    isUnwanted = true;
    Waiting known = place;
    return known != null && known.cancel();
  }

  /** The permits were taken. */
  abstract void take();

  /** Whether it has to leave rather than keep its place while all slots are busy. */
  boolean isImpatient() {
    return false;
  }

  @Override
  public final Answer claim() {
    generation = waits.reserve();
    if (generation != Resuming.NO_SLOT) {
      return Answer.TAKE;
    }
    return isImpatient() || waits.hasEnded() ? Answer.LEAVE : Answer.HOLD;
  }

  @Override
  public final long rank() {
    return ticket.rank;
  }

  @Override
  public final void granted() {
    take();
    ticket.isGranted = true;
    waits.resume(ticket);
    waits.start(generation);
  }

  @Override
  public final void declined() {
    waits.declined(ticket);
  }
}
