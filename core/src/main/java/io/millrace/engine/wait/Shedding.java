package io.millrace.engine.wait;

import io.millrace.base.Require;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.ShedException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Which items are shed: those that would wait for longer than this before an attempt. The wait begins when a worker first
 * finds an obstacle closed, and ends with the attempt, whatever it is for meanwhile. Immutable; a ticket's facts are
 * those of the one that has the ticket.
 */
final class Shedding {
  private final Duration longest;
  private final long nanos;

  private Shedding(Duration longest) {
    this.longest = longest;
    this.nanos = Require.nanos(longest);
  }

  /** Null if every item waits for as long as it takes. */
  static @Nullable Shedding of(Config config) {
    return Require.nanos(config.shedAfter) == Long.MAX_VALUE
        ? null
        : new Shedding(config.shedAfter);
  }

  /** What an item fails with that need not wait for an obstacle; null if it waits. Compares the item's key. */
  @Nullable Throwable refusal(ItemAtHand at, Obstacle closed) {
    Ticket ticket = at.ticketed();
    long now = at.worker.nowNanos;
    if (!ticket.isHeldBack) {
      ticket.isHeldBack = true;
      ticket.heldBackSince = now;
    }
    long last = ticket.heldBackSince + nanos;
    boolean isShed =
        last - now <= 0
            || (closed instanceof RatePermit rate && rate.isExpectedAfter(last, at.demand));
    return isShed ? error() : null;
  }

  /** When an item has waited too long; {@link Long#MAX_VALUE} if it does not wait for an attempt. */
  long deadline(Ticket ticket) {
    return ticket.isHeldBack ? ticket.heldBackSince + nanos + 1 : Long.MAX_VALUE;
  }

  ShedException error() {
    return new ShedException(longest);
  }
}
