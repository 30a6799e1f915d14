package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Demand;
import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.RateQueue;
import io.millrace.outcome.AttemptEvent;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A permit of the run's rate limiter, for each attempt. Thread-safe. */
final class RatePermit implements Obstacle {
  private final RateLimiter limiter;
  private final RateQueue queue;
  private final Waits waits;
  private final Party party;
  private final boolean hasRunsClock;

  RatePermit(RateLimiter limiter, Waits waits, Terms terms, Party party) {
    this.limiter = limiter;
    this.queue = limiter.queue();
    this.waits = waits;
    this.party = party;
    this.hasRunsClock = limiter.clock() == terms.clock;
  }

  boolean looksAtItems() {
    return queue.looksAtItems();
  }

  boolean settles() {
    return queue.settles();
  }

  /** Asks the user's functions. */
  Demand demand(@Nullable Object item) {
    return queue.demand(item);
  }

  /** Corrects what a success has taken. Asks the user's functions. */
  void settle(Demand demand, @Nullable Object item, @Nullable Object value) {
    queue.settle(demand, item, value);
  }

  boolean refuses() {
    return queue.refuses();
  }

  boolean learns() {
    return queue.learns();
  }

  /** Learns from what came of an attempt. Calls what reads its answer. */
  void answered(Demand demand, @Nullable Object result, @Nullable Throwable error) {
    queue.answered(demand, result, error);
  }

  /** Holds everybody who shares the limiter. Asks the user's functions. */
  void pause(@Nullable Object item, Duration wait) {
    limiter.pause(item, wait);
  }

  /** How many wait at the limiter because of a pause, those of others as well. */
  int pausedWaiters() {
    return limiter.pausedWaiters();
  }

  /** Whether the item was granted a permit while it waited. */
  boolean hasPermit(ItemAtHand at) {
    return at.ticket != null && at.ticket.permitted;
  }

  /** Whether all items stand in the same line. */
  boolean hasOneLine() {
    return queue.hasOneLine();
  }

  /** The line in which the item stands. */
  int line(ItemAtHand at) {
    return queue.line(demandOf(at.demand));
  }

  /** Compares the item's key, as {@link #tryPass} does, and takes nothing. */
  void find(ItemAtHand at) {
    var _ = queue.earliest(demandOf(at.demand));
  }

  @Override
  public AttemptEvent.Reason reason() {
    return AttemptEvent.Reason.RATE;
  }

  @Override
  public boolean tryPass(ItemAtHand at) {
    Ticket ticket = at.ticket;
    if (ticket != null && ticket.permitted) {
      ticket.permitted = false;
      at.hasPermit = true;
      return true;
    }
    Demand demand = demandOf(at.demand);
    at.hasPermit =
        hasRunsClock
            ? queue.tryTake(demand, at.worker.nowNanos, party)
            : queue.tryTake(demand, party);
    return at.hasPermit;
  }

  @Override
  public boolean enqueue(Ticket ticket) {
    Offer offer = new PermitOffer(ticket, waits);
    return offer.queued(queue.enqueue(demandOf(ticket.demand), offer, party));
  }

  @Override
  public boolean cancel(Ticket ticket) {
    return ticket.offer instanceof PermitOffer offer && offer.withdraw();
  }

  /** A permit was taken for a call that is not made. */
  void giveBack(@Nullable Demand demand) {
    queue.giveBack(demandOf(demand));
  }

  /** Whether no permit can come before this time of the run's clock, however short the queue gets. */
  boolean comesAfter(long nanos, @Nullable Demand demand) {
    return hasRunsClock
        && !queue.settles() // what others give back may come first
        && !queue.learns() // and so may what an answer opens
        && queue.earliest(demandOf(demand)) - nanos > 0;
  }

  /** Whether no permit comes before this time of the run's clock, by all that is known now. */
  boolean isExpectedAfter(long nanos, @Nullable Demand demand) {
    return hasRunsClock && queue.earliest(demandOf(demand)) - nanos > 0;
  }

  /** Tells when {@link #comesAfter} may have become false. */
  RateQueue.Registration onEarlier(Runnable listener) {
    return queue.onEarlier(listener);
  }

  private static Demand demandOf(@Nullable Demand demand) {
    return Objects.requireNonNull(demand, "demand");
  }

  private static final class PermitOffer extends Offer {
    PermitOffer(Ticket ticket, Waits waits) {
      super(ticket, waits);
    }

    @Override
    void take() {
      ticket.permitted = true;
    }

    /* What it has of a semaphore others may need meanwhile, also those who have a slot. */
    @Override
    boolean isImpatient() {
      return ticket.holds();
    }
  }
}
