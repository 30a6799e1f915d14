package io.millrace.engine;

import io.millrace.limit.Demand;
import io.millrace.outcome.Details;
import org.jspecify.annotations.Nullable;

/** The item that a worker is busy with; used again for the next one. The worker's own. */
final class AtHand {
  private @Nullable Claim claim;
  @Nullable Object item;
  @Nullable Ticket ticket;
  @Nullable Object key;
  @Nullable Demand demand;

  void take(Claim claim) {
    this.claim = claim;
    item = claim.item();
    ticket = claim.ticket;
    key = ticket == null ? null : ticket.key;
    demand = ticket == null ? null : ticket.demand;
  }

  Claim claim() {
    if (claim == null) {
      throw new AssertionError("no item at hand");
    }
    return claim;
  }

  /** The item's ticket, made now if it has none yet. */
  Ticket ticketed() {
    Ticket known = ticket;
    if (known == null) {
      known = new Ticket(claim().index(), item);
      known.key = key;
      known.demand = demand;
      ticket = known;
    }
    return known;
  }

  int attempts() {
    return ticket == null ? 0 : ticket.attempts;
  }

  Details details() {
    Ticket known = ticket;
    long elapsed =
        known == null || known.attempts == 0 ? 0 : known.lastEndNanos - known.firstStartNanos;
    return new Details(claim().index(), key, attempts(), elapsed, false);
  }
}
