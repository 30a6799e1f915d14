package io.millrace.engine.wait;

import io.millrace.base.Warnings;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Tuned;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.limit.spi.Party;
import io.millrace.outcome.AttemptEvent;
import org.jspecify.annotations.Nullable;

/** Permits of the semaphore that an item brings along, for each attempt. Thread-safe. */
final class SemaphorePermit implements Obstacle {
  private final Waits waits;
  private final Party party;

  SemaphorePermit(Waits waits, Party party) {
    this.waits = waits;
    this.party = party;
  }

  @Override
  public AttemptEvent.Reason reason() {
    return AttemptEvent.Reason.SEMAPHORE;
  }

  @Override
  public boolean tryPass(ItemAtHand at) {
    Tuned own = at.own();
    WeightedSemaphore semaphore = own == null ? null : own.tuning.semaphore;
    if (own == null || semaphore == null || (at.ticket != null && at.ticket.holds())) {
      return true;
    }
    boolean taken = semaphore.queue().tryAcquire(own.tuning.permits, party);
    if (taken) {
      at.ticketed().hold(own.tuning.permits);
    }
    return taken;
  }

  @Override
  public boolean enqueue(Ticket ticket) {
    WeightedSemaphore semaphore = semaphoreOf(ticket);
    if (semaphore == null || !(ticket.item instanceof Tuned task)) {
      return true;
    }
    int permits = task.tuning.permits;
    Offer offer = new PermitsOffer(ticket, waits, permits);
    return offer.queued(semaphore.queue().enqueue(permits, offer, party));
  }

  @Override
  public boolean cancel(Ticket ticket) {
    return ticket.offer instanceof PermitsOffer offer && offer.withdraw();
  }

  /** Gives back what an item holds, if it holds anything. */
  void free(Ticket ticket) {
    int held = ticket.letGo();
    WeightedSemaphore semaphore = held == 0 ? null : semaphoreOf(ticket);
    if (semaphore != null) {
      release(semaphore, held);
    }
  }

  private static @Nullable WeightedSemaphore semaphoreOf(Ticket ticket) {
    return ticket.item instanceof Tuned task ? task.tuning.semaphore : null;
  }

  /* Somebody else may have given back what it did not have: no reason to end a worker. */
  private static void release(WeightedSemaphore semaphore, int held) {
    try {
      semaphore.release(held);
    } catch (IllegalStateException tooMany) {
      Warnings.log(
          SemaphorePermit.class, "permits of a task were given back by somebody else", tooMany);
    }
  }

  private static final class PermitsOffer extends Offer {
    private final int permits;

    PermitsOffer(Ticket ticket, Waits waits, int permits) {
      super(ticket, waits);
      this.permits = permits;
    }

    @Override
    void take() {
      ticket.hold(permits);
    }
  }
}
