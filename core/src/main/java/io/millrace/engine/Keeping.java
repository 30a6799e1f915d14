package io.millrace.engine;

import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.engine.wait.ItemAtHand;
import java.util.concurrent.TimeoutException;

/** What a checkpoint makes of verdicts, and what it makes verdicts of. Called while a worker decides. */
final class Keeping {
  private final RunCheckpoint checkpoint;
  private final boolean isOfTasks;

  /**
   * Of a run.
   *
   * @param isOfTasks whether the failure of one item is no business of another's
   */
  Keeping(RunCheckpoint checkpoint, boolean isOfTasks) {
    this.checkpoint = checkpoint;
    this.isOfTasks = isOfTasks;
  }

  /** Notes what is to be stored of a verdict; the verdict, or another one if it cannot be stored. */
  Verdict keepable(ItemAtHand at, Verdict verdict) {
    Ticket ticket = at.ticket;
    Mark mark = ticket == null ? null : ticket.mark;
    if (ticket == null || mark == null || mark.found != null) {
      return verdict;
    }
    try {
      mark.toStore =
          switch (verdict) {
            case Verdict.Succeed(var value) -> checkpoint.success(ticket, value);
            case Verdict.Substitute(_, var error) -> checkpoint.failure(ticket, error);
            case Verdict.Fail(var error) -> checkpoint.failure(ticket, error);
            case Verdict.EndRun(var error) -> checkpoint.failure(ticket, error);
            case Verdict.Repeat _, Verdict.Break _ -> null;
          };
      return verdict;
    } catch (Throwable broken) {
      return unusable(broken);
    }
  }

  /** Notes that a timeout is to be stored, whatever was decided before; the user's predicate is not asked. */
  void keep(ItemAtHand at, TimeoutException timeout) {
    Ticket ticket = at.ticketed();
    Mark mark = ticket.mark;
    if (mark != null) {
      mark.toStore = RunCheckpoint.passingFailure(ticket, timeout);
    }
  }

  /** What was stored of an item that need not be called. */
  Verdict restored(ItemAtHand at, StoredOutcome found) {
    try {
      return switch (found.result()) {
        case StoredOutcome.Value value ->
            new Verdict.Succeed(checkpoint.decoded(at.ticketed(), value));
        case StoredOutcome.Failed failed -> new Verdict.Fail(RunCheckpoint.failure(failed));
      };
    } catch (Throwable broken) {
      return unusable(broken);
    }
  }

  /* An item whose value cannot be stored, or had from the store. */
  private Verdict unusable(Throwable broken) {
    return isOfTasks ? new Verdict.Fail(broken) : new Verdict.Break(broken);
  }
}
