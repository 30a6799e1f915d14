package io.millrace.engine.durable;

import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Spending;
import io.millrace.engine.wait.Resuming;
import io.millrace.time.TimeSource;
import java.util.List;
import java.util.Objects;

/**
 * Group commit: one thread stores outcomes, all at once that have come during the transaction before, so none is held
 * back for others. An item is settled when its outcome is durable. After a store has failed, nothing is stored any more,
 * and what was not stored is not delivered. Thread-safe.
 */
final class Commits {
  private final CheckpointSession session;
  private final Resuming run;
  private final Lookups lookups;
  private final TicketBatches batches;
  private final Backpressure backpressure;
  private final Spending spending;

  /* The thread's own. */
  private boolean hasFailed;
  private Spent stored;

  Commits(
      CheckpointSession session,
      Resuming run,
      Lookups lookups,
      TimeSource clock,
      Backpressure backpressure,
      Spending spending,
      Spent stored) {
    this.backpressure = backpressure;
    this.spending = spending;
    this.stored = stored;
    this.session = session;
    this.run = run;
    this.lookups = lookups;
    this.batches = new TicketBatches(clock, this::commit, run::breakOff);
  }

  TicketBatches batches() {
    return batches;
  }

  /** An item waits for its outcome to be durable. */
  void add(Ticket ticket) {
    backpressure.add();
    batches.add(ticket);
  }

  private void commit(List<Ticket> tickets) {
    boolean isDurable = !hasFailed && store(tickets);
    for (Ticket ticket : tickets) {
      Mark mark = ticket.mark();
      mark.toStore = null;
      mark.outcome = isDurable ? mark.outcome : null;
      mark.isDurable = isDurable;
      lookups.stored(mark);
    }
    backpressure.remove(tickets.size());
    run.resume(tickets);
  }

  private boolean store(List<Ticket> tickets) {
    try {
      List<StoredOutcome> outcomes =
          tickets.stream()
              .map(ticket -> Objects.requireNonNull(ticket.mark().toStore, "toStore"))
              .toList();
      write(outcomes);
      return true;
    } catch (Throwable broken) {
      hasFailed = true;
      run.breakOff(broken);
      return false;
    }
  }

  private void write(List<StoredOutcome> outcomes) {
    Spent spent = spending.total();
    session.commit(outcomes, spent);
    stored = spent;
  }

  /** Nothing is spent any more: stores the rest of it. In the thread, or after it. */
  void finish() {
    if (!hasFailed && !spending.total().equals(stored)) {
      try {
        write(List.of());
      } catch (Throwable broken) {
        run.breakOff(broken);
      }
    }
  }
}
