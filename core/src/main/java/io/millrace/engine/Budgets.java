package io.millrace.engine;

import io.millrace.base.Require;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How long attempts may take. Immutable. */
final class Budgets {
  private final Duration attemptTimeout;
  private final Duration itemTimeout;
  private final long attemptNanos;
  private final long itemNanos;

  Budgets(Duration attemptTimeout, Duration itemTimeout) {
    this.attemptTimeout = attemptTimeout;
    this.itemTimeout = itemTimeout;
    attemptNanos = Require.nanos(attemptTimeout);
    itemNanos = Require.nanos(itemTimeout);
  }

  boolean hasItemTimeout() {
    return itemNanos != Long.MAX_VALUE;
  }

  /** How long the first attempt of an item may take. */
  long freshNanos() {
    return Math.min(attemptNanos, itemNanos);
  }

  /** How long an attempt that starts now may take; 0 or less: not at all. */
  long nanos(@Nullable Ticket ticket, long nowNanos) {
    if (ticket == null || isFresh(ticket)) {
      return freshNanos();
    }
    return Math.min(attemptNanos, itemNanos - (nowNanos - ticket.firstStartNanos));
  }

  /** When the item's time is up. */
  long itemDeadline(Ticket ticket) {
    return ticket.firstStartNanos + itemNanos;
  }

  /** Which timeout a claim's attempt runs into. */
  Interruption which(Claim claim) {
    return claim.budgetNanos < attemptNanos
        ? Interruption.ITEM_TIMEOUT
        : Interruption.ATTEMPT_TIMEOUT;
  }

  /** Which timeout keeps an attempt from starting. */
  Interruption which(@Nullable Ticket ticket) {
    return (ticket == null || isFresh(ticket)) && attemptNanos <= itemNanos
        ? Interruption.ATTEMPT_TIMEOUT
        : Interruption.ITEM_TIMEOUT;
  }

  private boolean isFresh(Ticket ticket) {
    return ticket.attempts == 0 || !hasItemTimeout();
  }

  TimeoutException error(Interruption which, int attempts) {
    return new TimeoutException(
        which == Interruption.ATTEMPT_TIMEOUT
            ? "attempt " + attempts + " timed out after " + Require.text(attemptTimeout)
            : "item timed out after "
                + Require.text(itemTimeout)
                + " and "
                + attempts
                + " attempts");
  }
}
