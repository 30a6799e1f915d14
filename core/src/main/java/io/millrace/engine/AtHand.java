package io.millrace.engine;

import io.millrace.limit.Demand;
import io.millrace.outcome.Details;
import io.millrace.plan.Retry;
import org.jspecify.annotations.Nullable;

/** The item that a worker is busy with; used again for the next one. The worker's own. */
final class AtHand {
  private final Engine engine;
  final Worker worker;
  private @Nullable Claim claim;
  private @Nullable Tuned own;
  @Nullable Ticket ticket;
  @Nullable Object key;
  @Nullable Demand demand;

  AtHand(Engine engine, Worker worker) {
    this.engine = engine;
    this.worker = worker;
  }

  Retry retry() {
    return own == null ? engine.config.retry : own.tuning.retry;
  }

  Budgets budgets() {
    return own == null ? engine.budgets : own.tuning.budgets;
  }

  /** What the item brings along; null if the run's options hold for it. */
  @Nullable Tuned own() {
    return own;
  }

  /** Whether nobody wants the item's outcome any more. */
  boolean isWithdrawn() {
    return own != null && own.isWithdrawn();
  }

  void take(Claim claim) {
    this.claim = claim;
    own = engine.tuned && claim.item() instanceof Tuned task ? task : null;
    ticket = claim.ticket;
    key = ticket == null ? null : ticket.key;
    demand = ticket == null ? null : ticket.demand;
  }

  @Nullable Object item() {
    return claim().item();
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
      known = new Ticket(claim().index(), item());
      known.key = key;
      known.demand = demand;
      ticket = known;
      if (own != null) {
        own.ticket = known;
      }
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
