package io.millrace.engine.wait;

import io.millrace.base.ShortLock;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Tuned;
import io.millrace.outcome.WaitCause;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tickets that wait for anything but a time, each of them once, and how many wait for each cause. A ticket may
 * begin its next wait before the end of its last one is noted: it is removed when all its waits have ended.
 * Thread-safe.
 */
final class WaitingList {
  /* Guards all of it: queueing races with the end of the run, which empties the list. */
  private final ShortLock lock = new ShortLock();
  private @Nullable Ticket first;
  private final long[] counts = new long[WaitCause.values().length];

  /** A ticket begins to wait. */
  @SuppressWarnings("EnumOrdinal") // a place in an array that nobody else sees
  void add(Ticket ticket, WaitCause why) {
    int cause = why.ordinal();
    lock.lock();
    try {
      ticket.waits++;
      if (ticket.isWaiting) {
        counts[ticket.cause]--;
      } else {
        link(ticket);
      }
      ticket.cause = cause;
      counts[cause]++;
    } finally {
      lock.unlock();
    }
  }

  /** One of its waits has ended. */
  void remove(Ticket ticket) {
    lock.lock();
    try {
      if (--ticket.waits == 0) { // else it waits again already
        unlink(ticket);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Takes any ticket out, whatever it waits for; null if there is none. */
  @Nullable Ticket poll() {
    lock.lock();
    try {
      Ticket taken = first;
      if (taken != null) {
        unlink(taken);
      }
      return taken;
    } finally {
      lock.unlock();
    }
  }

  /** All of them, in no order. */
  List<Ticket> tickets() {
    List<Ticket> all = new ArrayList<>();
    lock.lock();
    try {
      for (Ticket ticket = first; ticket != null; ticket = ticket.nextWaiting) {
        all.add(ticket);
      }
    } finally {
      lock.unlock();
    }
    return all;
  }

  /** The tasks among them that were not taken back, in the order in which they came. */
  List<Tuned> items() {
    return tickets().stream()
        .filter(ticket -> ticket.item instanceof Tuned task && !task.isTakenBack())
        .sorted(Comparator.comparingLong(ticket -> ticket.index))
        .map(ticket -> (Tuned) Objects.requireNonNull(ticket.item))
        .toList();
  }

  /** How many wait for what. */
  EnumMap<WaitCause, Long> byCause() {
    long[] now;
    lock.lock();
    try {
      now = counts.clone();
    } finally {
      lock.unlock();
    }
    EnumMap<WaitCause, Long> all = new EnumMap<>(WaitCause.class);
    int place = 0;
    for (WaitCause cause : WaitCause.values()) {
      all.put(cause, now[place++]);
    }
    return all;
  }

  private void link(Ticket ticket) {
    ticket.isWaiting = true;
    ticket.nextWaiting = first;
    if (first != null) {
      first.previousWaiting = ticket;
    }
    first = ticket;
  }

  private void unlink(Ticket ticket) {
    if (!ticket.isWaiting) {
      return;
    }
    ticket.isWaiting = false;
    counts[ticket.cause]--;
    Ticket before = ticket.previousWaiting;
    Ticket after = ticket.nextWaiting;
    if (before == null) {
      first = after;
    } else {
      before.nextWaiting = after;
    }
    if (after != null) {
      after.previousWaiting = before;
    }
    ticket.previousWaiting = null;
    ticket.nextWaiting = null;
  }
}
