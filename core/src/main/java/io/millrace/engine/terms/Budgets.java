package io.millrace.engine.terms;

import io.millrace.base.Require;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.claim.Ticket;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** How long attempts may take. Immutable. */
public final class Budgets {
  /* With a timeout of zero nothing is called; but what comes of that may be. */
  private static final long LEAST_NANOS = 10_000_000;

  private final Duration attemptTimeout;
  private final Duration itemTimeout;
  private final long attemptNanos;
  private final long itemNanos;

  public Budgets(Duration attemptTimeout, Duration itemTimeout) {
    this.attemptTimeout = attemptTimeout;
    this.itemTimeout = itemTimeout;
    attemptNanos = Require.nanos(attemptTimeout);
    itemNanos = Require.nanos(itemTimeout);
  }

  public boolean hasItemTimeout() {
    return itemNanos != Long.MAX_VALUE;
  }

  /** How long the first attempt of an item may take. */
  public long freshNanos() {
    return Math.min(attemptNanos, itemNanos);
  }

  /** How long an attempt that starts now may take; 0 or less: not at all. */
  public long nanos(@Nullable Ticket ticket, long nowNanos) {
    if (ticket == null || isFresh(ticket)) {
      return freshNanos();
    }
    return Math.min(attemptNanos, itemNanos - (nowNanos - ticket.firstStartNanos));
  }

  /** How long what judges an attempt may take: the item's time as well, or a new one if that is up. */
  public long judgingNanos(@Nullable Ticket ticket, long nowNanos) {
    long left = nanos(ticket, nowNanos);
    return left > 0 ? left : Math.max(freshNanos(), LEAST_NANOS);
  }

  /** When the item's time is up. */
  public long itemDeadline(Ticket ticket) {
    return ticket.firstStartNanos + itemNanos;
  }

  /** Which timeout a claim's attempt runs into. */
  public Interruption which(Claim claim) {
    return claim.budgetNanos < attemptNanos
        ? Interruption.ITEM_TIMEOUT
        : Interruption.ATTEMPT_TIMEOUT;
  }

  /** Which timeout keeps an attempt from starting. */
  public Interruption which(@Nullable Ticket ticket) {
    return (ticket == null || isFresh(ticket)) && attemptNanos <= itemNanos
        ? Interruption.ATTEMPT_TIMEOUT
        : Interruption.ITEM_TIMEOUT;
  }

  private boolean isFresh(Ticket ticket) {
    return ticket.attempts == 0 || !hasItemTimeout();
  }

  /**
   * What an item, or its attempt, fails with if its time is up.
   *
   * @param cause what its last attempt failed with, if there was one
   */
  public TimeoutException error(Interruption which, int attempts, @Nullable Throwable cause) {
    TimeoutException timeout =
        new TimeoutException(
            which == Interruption.ATTEMPT_TIMEOUT
                ? "attempt " + attempts + " timed out after " + Require.text(attemptTimeout)
                : "item timed out after "
                    + Require.text(itemTimeout)
                    + " and "
                    + attempts
                    + (attempts == 1 ? " attempt" : " attempts"));
    return caused(timeout, cause);
  }

  /** What an item fails with whose next attempt would begin after its time, so that it need not be waited for. */
  public TimeoutException tooLate(int attempts, @Nullable Throwable cause) {
    return caused(
        new TimeoutException(
            "attempt "
                + (attempts + 1)
                + " would begin after the item timeout of "
                + Require.text(itemTimeout)),
        cause);
  }

  private static TimeoutException caused(TimeoutException timeout, @Nullable Throwable cause) {
    if (cause != null) {
      timeout.initCause(cause);
    }
    return timeout;
  }
}
