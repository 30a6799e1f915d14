package io.millrace.engine.claim;

import org.jspecify.annotations.Nullable;

/**
 * A key whose slots bound how many of its items run at once, and the items that wait for a slot, by
 * their ranks. Guarded by the lock of whoever hands out the slots, except what is
 * final.
 */
public final class SlotKey {
  public final Object value;
  public final int hash;

  /** Items that run, that wait, or that are about to wait. */
  public int users;

  public int running;
  private @Nullable Ticket first;
  private @Nullable Ticket last;
  /* The one that was added last of those that belonged before others. */
  private @Nullable Ticket early;

  public SlotKey(Object value, int hash) {
    this.value = value;
    this.hash = hash;
  }

  /** The item that waits first; null if none waits. */
  public @Nullable Ticket first() {
    return first;
  }

  /** Adds an item by its rank: as a rule at the end, or near it, or, if it is repeated, near the last one that was. */
  public void add(Ticket ticket) {
    Ticket before = last;
    if (before != null && before.rank > ticket.rank) {
      before = before(ticket);
    }
    Ticket after = before == null ? first : before.nextForSlot;
    ticket.isQueuedForSlot = true;
    ticket.previousForSlot = before;
    ticket.nextForSlot = after;
    if (before == null) {
      first = ticket;
    } else {
      before.nextForSlot = ticket;
    }
    if (after == null) {
      last = ticket;
    } else {
      after.previousForSlot = ticket;
    }
  }

  /* Searches backwards from the end and, in both directions, from the last early one; the shortest way wins. */
  private @Nullable Ticket before(Ticket ticket) {
    Ticket fromLast = last;
    Ticket fromEarly = early == null ? first : early;
    while (fromLast != null && fromLast.rank > ticket.rank) {
      Ticket next = fromEarly == null ? first : fromEarly.nextForSlot;
      boolean comesBefore = fromEarly == null || fromEarly.rank <= ticket.rank;
      if (comesBefore && (next == null || next.rank > ticket.rank)) {
        early = ticket;
        return fromEarly;
      }
      fromEarly = comesBefore || fromEarly == null ? next : fromEarly.previousForSlot;
      fromLast = fromLast.previousForSlot;
    }
    return fromLast;
  }

  /** Takes an item out that waits. */
  public void remove(Ticket ticket) {
    if (early == ticket) {
      early = ticket.previousForSlot;
    }
    Ticket before = ticket.previousForSlot;
    Ticket after = ticket.nextForSlot;
    if (before == null) {
      first = after;
    } else {
      before.nextForSlot = after;
    }
    if (after == null) {
      last = before;
    } else {
      after.previousForSlot = before;
    }
    ticket.isQueuedForSlot = false;
    ticket.previousForSlot = null;
    ticket.nextForSlot = null;
  }
}
