package io.millrace.engine;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Budgets;
import io.millrace.engine.terms.ItemDeadline;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Obstacle;
import io.millrace.engine.wait.Waits;
import org.jspecify.annotations.Nullable;

/** Why an item fails without a further attempt: its time is up, or would be before its permit comes. Immutable. */
record Lateness(Waits waits, @Nullable ItemDeadline deadline) {
  /** With what an item fails before its next attempt; null if it is in time. */
  @Nullable Throwable before(ItemAtHand at) {
    Ticket ticket = at.ticket;
    if (ticket != null && ticket.isOver) {
      Throwable shed = waits.shed(ticket);
      return shed != null ? shed : over(at);
    }
    boolean isInTime = at.budgets().nanos(ticket, at.worker.nowNanos) > 0;
    return isInTime && !isOver(at, at.worker.nowNanos) ? null : over(at);
  }

  /** With what an item fails that need not wait for an obstacle; null if it waits. Compares its key. */
  @Nullable Throwable hopeless(ItemAtHand at, Obstacle closed) {
    Throwable shed = waits.shed(at, closed);
    return shed == null && waits.takesTooLong(at, closed) ? comesTooLate(at) : shed;
  }

  /* Its own time may end before the item timeout, or after it. */
  private Throwable over(ItemAtHand at) {
    Ticket ticket = at.ticket;
    long ended = ticket != null && ticket.isOver ? ticket.endNanos : at.worker.nowNanos;
    Budgets budgets = at.budgets();
    return budgets.nanos(ticket, ended) <= 0
        ? budgets.error(budgets.which(ticket), at.attempts(), lastError(at))
        : ItemDeadline.error(at.attempts(), lastError(at));
  }

  private boolean isOver(ItemAtHand at, long nowNanos) {
    return ItemDeadline.isOver(deadline, at.item(), nowNanos);
  }

  /* Its permit would come after its time. */
  private Throwable comesTooLate(ItemAtHand at) {
    return deadline == null
        ? at.budgets().tooLate(at.attempts(), lastError(at))
        : ItemDeadline.error(at.attempts(), lastError(at));
  }

  private static @Nullable Throwable lastError(ItemAtHand at) {
    return at.ticket == null ? null : EarlierErrors.last(at.ticket.errors);
  }
}
