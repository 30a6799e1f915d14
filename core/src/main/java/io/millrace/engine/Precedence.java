package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.durable.Backpressure;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.spi.Party;
import org.jspecify.annotations.Nullable;

/**
 * What a worker can choose from. Each item has a rank: items that are repeated go first, in the order in which
 * their backoffs ended, then the others in the order in which they were read. While a limit has put an item off,
 * younger items do not begin, and none is read. {@link Admission} decides between kinds of work, and a limit's
 * queue between those that wait there. Used under the run's lock.
 */
final class Precedence {
  private final Schedule schedule;
  private final Terms terms;
  private final Party party;
  private final @Nullable Backpressure commits;
  private final Backlog backlog;
  private final Crew crew;

  private long nextRepeatRank;

  Precedence(
      Schedule schedule,
      Terms terms,
      Party party,
      @Nullable Backpressure commits,
      Backlog backlog,
      Crew crew) {
    this.schedule = schedule;
    this.terms = terms;
    this.party = party;
    this.commits = commits;
    this.backlog = backlog;
    this.crew = crew;
  }

  /** What a worker that has nothing to do can choose from. */
  Admission admission(Worker worker) {
    boolean mayCall = schedule.hasEnded() || !(crew.isOverfull() || isHeldUp());
    Claim returned = mayCall ? returned() : null;
    Claim oldest = mayCall ? stealable() : null;
    return new Admission(
        backlog.hasCondemned(),
        mayCall && backlog.hasReady(),
        returned != null,
        oldest != null && Backlog.isLate(oldest, worker.nowNanos),
        mayCall && isReadable(),
        oldest != null,
        mayCall && isHedgeable());
  }

  /** Whether there is something to do for a worker with a slot. */
  boolean hasWork() {
    if (!schedule.hasEnded() && isHeldUp()) {
      return backlog.hasCondemned();
    }
    return backlog.hasReady()
        || isReadable()
        || returned() != null
        || stealable() != null
        || isHedgeable();
  }

  /** Whether items that have got their permits may not begin, as they could when they got them. */
  boolean hasUnusablePermits() {
    return backlog.hasGranted()
        && !schedule.hasEnded()
        && (crew.isPaused() || schedule.control().isRecalling() || isHeldUp());
  }

  /** Whether an item may take its permit now, because it would begin at once. */
  boolean takesPermits() {
    return !schedule.hasEnded() && crew.hasSlotForPermit() && !isHeldUp();
  }

  /* The thread that commits has everybody look again when it has made room. */
  private boolean isHeldUp() {
    return commits != null && commits.isHigh();
  }

  private boolean isReadable() {
    return !offersComeFirst() && schedule.isReadable();
  }

  private @Nullable Claim returned() {
    return schedule.mayBeginReturned() ? comesFirst(backlog.returned()) : null;
  }

  private @Nullable Claim stealable() {
    return schedule.mayBeginReturned() ? comesFirst(backlog.stealable()) : null;
  }

  private boolean isHedgeable() {
    return !schedule.hasEnded() && backlog.hasHedges();
  }

  /* Items that were offered their permits but found no slot go before items that come later. */
  private boolean offersComeFirst() {
    return !schedule.hasEnded() && party.hasHeld();
  }

  /* Items that were read may be older than those: the claim, or null if it has to wait for them. */
  private @Nullable Claim comesFirst(@Nullable Claim fresh) {
    boolean waits = fresh != null && offersComeFirst() && fresh.rank() >= party.firstHeld();
    return waits ? null : fresh;
  }

  /** An item that had to wait goes on. */
  Claim resumed(Worker worker) {
    Ticket ticket = backlog.takeReady();
    if (ticket.rank == Ticket.UNRANKED) {
      ticket.rank = nextRepeatRank++;
    }
    Claim claim = Claim.of(ticket);
    claim.budgetNanos = terms.budgets(ticket.item).nanos(ticket, worker.nowNanos);
    return claim;
  }

  /** What a reader or a worker could not run. */
  Claim takenOver() {
    Claim claim = backlog.takeReturned();
    claim.budgetNanos = terms.freshBudgetNanos;
    return claim;
  }

  /** Some of what another worker has; null if it has just begun the last of it. */
  @Nullable Claim stolen(Worker worker) {
    Claim from = backlog.stealable();
    return from == null ? null : from.steal(worker.nowNanos, terms.freshBudgetNanos);
  }
}
