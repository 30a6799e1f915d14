package io.millrace.engine.claim;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Tickets in the order in which they came, each of which may leave at any time, in constant time. A ticket is in one chain
 * at most. Guarded by the run's lock.
 */
public final class TicketChain {
  private @Nullable Ticket first;
  private @Nullable Ticket last;

  public boolean isEmpty() {
    return first == null;
  }

  /** Adds a ticket at the end. */
  public void add(Ticket ticket) {
    Ticket before = last;
    ticket.isChained = true;
    ticket.previousChained = before;
    if (before == null) {
      first = ticket;
    } else {
      before.nextChained = ticket;
    }
    last = ticket;
  }

  /** Returns false if the ticket is not here. */
  public boolean remove(Ticket ticket) {
    if (!ticket.isChained) {
      return false;
    }
    Ticket before = ticket.previousChained;
    Ticket after = ticket.nextChained;
    if (before == null) {
      first = after;
    } else {
      before.nextChained = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previousChained = before;
    }
    ticket.isChained = false;
    ticket.previousChained = null;
    ticket.nextChained = null;
    return true;
  }

  /** Takes the first ticket out; null if there is none. */
  public @Nullable Ticket poll() {
    Ticket taken = first;
    if (taken != null) {
      remove(taken);
    }
    return taken;
  }

  /** Adds all tickets to a list. */
  public void addTo(List<Ticket> all) {
    for (Ticket ticket = first; ticket != null; ticket = ticket.nextChained) {
      all.add(ticket);
    }
  }
}
