package io.millrace.engine.durable;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.checkpoint.spi.StoredRow;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.engine.wait.Resuming;
import io.millrace.engine.wait.Waits;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.jspecify.annotations.Nullable;

/**
 * Where items wait until the checkpoint was asked for them: all that wait, with one query. Those whose rows were read ahead
 * need not wait. Thread-safe.
 */
final class Lookups implements TicketQueue {
  private final CheckpointSession session;
  private final Resuming run;
  private final Waits waits;
  private final Twins twins;
  private final boolean isNeeded;
  private final TicketBatches batches;

  /* Null where an item may find what another one has stored. */
  private final @Nullable ReadAhead ahead;

  /*
   * Items that may have no row yet, by their keys: where they stand. Written by the thread of this, which finds items with
   * the same key, and by that of Commits, when they have their row.
   */
  private final ConcurrentMap<ItemId, Long> withoutRow = new ConcurrentHashMap<>();

  private final SeenRows seen = new SeenRows();

  /** Of items with the same key. */
  enum Twins {
    /** There are none: each item has a position of its own. */
    NONE,
    /** The second one ends the run. */
    REFUSED,
    /** The second one comes when the first one has its outcome, and finds that; whoever adds them sees to it. */
    ONE_BY_ONE
  }

  Lookups(CheckpointSession session, Resuming run, Waits waits, Twins twins, TimeSource clock) {
    this.session = session;
    this.run = run;
    this.waits = waits;
    this.twins = twins;
    long rows = session.firstNewRow();
    this.isNeeded = twins != Twins.NONE || rows > 0;
    this.ahead =
        twins == Twins.ONE_BY_ONE || rows == 0 ? null : new ReadAhead(session, rows, this::wakeUp);
    this.batches = new TicketBatches(clock, this::lookUp, run::breakOff);
  }

  TicketBatches batches() {
    return batches;
  }

  /** Whether the item has to wait here. */
  boolean isNeededFor(Mark mark) {
    return isNeeded && !mark.isKnown;
  }

  /** Whether the item need not wait, because its row was read ahead; then its mark says what was found. By its worker. */
  boolean findAhead(Mark mark, long index) {
    StoredRow row = ahead == null ? null : ahead.take(mark.id);
    if (row == null || (twins == Twins.REFUSED && see(row, index) != SeenRows.NEVER)) {
      return false; // who has the same key is found as soon as it is looked up
    }
    adopt(mark, row);
    return true;
  }

  private void wakeUp() {
    batches.wakeUp();
  }

  @Override
  public boolean enqueue(Ticket ticket) {
    batches.add(ticket);
    return false;
  }

  @Override
  public boolean cancel(Ticket ticket) {
    return ticket.mark().take();
  }

  /** The item has its row: from now on the row shows that its key was seen. */
  void stored(Mark mark) {
    if (twins == Twins.REFUSED) {
      withoutRow.remove(mark.id);
    }
  }

  private void lookUp(List<Ticket> queued) {
    List<Ticket> tickets = queued.stream().filter(ticket -> ticket.mark().take()).toList();
    int done = 0;
    try {
      if (ahead != null) {
        tickets = withoutThoseAtHand(tickets);
        while (ahead.isDue(tickets.size()) && !run.hasEnded()) {
          ahead.read();
          tickets = withoutThoseAtHand(tickets);
        }
      }
      while (done < tickets.size() && !run.hasEnded()) {
        List<Ticket> rest = tickets.subList(done, tickets.size());
        if (twins == Twins.REFUSED) {
          requireDifferent(rest);
        }
        int found = find(rest);
        waits.resume(rest.subList(0, found));
        done += found;
      }
    } catch (Throwable broken) {
      run.breakOff(broken);
    }
    waits.resume(tickets.subList(done, tickets.size())); // they are not run
  }

  /* Lets those go on whose rows have been read since they were claimed. */
  private List<Ticket> withoutThoseAtHand(List<Ticket> tickets) {
    if (tickets.isEmpty()) {
      return tickets;
    }
    List<Ticket> missing = new ArrayList<>();
    List<Ticket> found = new ArrayList<>();
    for (Ticket ticket : tickets) {
      (findAhead(ticket.mark(), ticket.index) ? found : missing).add(ticket);
    }
    waits.resume(found);
    return missing;
  }

  /** Finds the first of these, and at least one; returns how many. */
  private int find(List<Ticket> tickets) {
    List<@Nullable StoredRow> rows =
        Foreign.nonNull(
            session.find(tickets.stream().map(ticket -> ticket.mark().id).toList()),
            () -> "the checkpoint's store has found null, not a list");
    if (rows.isEmpty() || rows.size() > tickets.size()) {
      throw new IllegalStateException(
          "the checkpoint's store was asked for "
              + tickets.size()
              + " items and has answered for "
              + rows.size());
    }
    for (int i = 0; i < rows.size(); i++) {
      note(tickets.get(i), rows.get(i));
    }
    if (ahead != null) {
      ahead.lookedUp();
    }
    return rows.size();
  }

  private void note(Ticket ticket, @Nullable StoredRow row) {
    Mark mark = ticket.mark();
    mark.isKnown = true;
    if (row == null) {
      return;
    }
    if (twins == Twins.REFUSED) {
      long before =
          row.row() >= session.firstNewRow() ? row.outcome().position() : see(row, ticket.index);
      if (before != SeenRows.NEVER) {
        throw twice(mark.id, before, ticket.index);
      }
      withoutRow.remove(mark.id);
    }
    if (ahead != null) {
      ahead.found(row.row());
    }
    adopt(mark, row);
  }

  private long see(StoredRow row, long position) {
    return seen.see(row.row(), row.outcome().position(), position);
  }

  /* What was stored stands for the item, if that has an end, and the item is the same. */
  private static void adopt(Mark mark, StoredRow row) {
    mark.isKnown = true;
    StoredOutcome stored = row.outcome();
    if (isDone(stored.result()) && Arrays.equals(stored.fingerprint(), mark.fingerprint)) {
      mark.found = stored;
    }
  }

  private static boolean isDone(StoredOutcome.Result result) {
    return switch (result) {
      case StoredOutcome.Value _ -> true;
      case StoredOutcome.Failed failed -> failed.isFinal();
    };
  }

  /* An item that was asked for once more, because the store had answered for others only, finds itself. */
  private void requireDifferent(List<Ticket> tickets) {
    for (Ticket ticket : tickets) {
      Long before = withoutRow.putIfAbsent(ticket.mark().id, ticket.index);
      if (before != null && before != ticket.index) {
        throw twice(ticket.mark().id, before, ticket.index);
      }
    }
  }

  private static CheckpointException twice(ItemId id, long one, long other) {
    return new CheckpointException(
        "items "
            + Math.min(one, other)
            + " and "
            + Math.max(one, other)
            + " have the same key, "
            + id
            + ": a checkpoint finds an item by its key, so leave one of them out, or give them different keys");
  }
}
