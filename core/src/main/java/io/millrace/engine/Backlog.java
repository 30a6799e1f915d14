package io.millrace.engine;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** Admitted items that nobody works on. Guarded by the run's lock. */
final class Backlog {
  /** A claim that has been held this long is not progressing as claims do. */
  private static final long LATE_NANOS = 100_000;

  /** Items that waited, and may go on. */
  private final Queue<Ticket> ready = new ArrayDeque<>();

  /** Fresh items whose reader or worker had to leave them behind. */
  private final Queue<Claim> returned = new ArrayDeque<>();

  /** Items that wait for their due time. */
  private final PriorityQueue<Ticket> delayed;

  private long sequence;

  /** Claims of workers that others may steal from, oldest first. */
  private final List<Claim> shared = new ArrayList<>();

  Backlog(long originNanos) {
    delayed =
        new PriorityQueue<>(
            Comparator.<Ticket>comparingLong(ticket -> ticket.dueNanos - originNanos)
                .thenComparingLong(ticket -> ticket.sequence));
  }

  void addReady(Ticket ticket) {
    ready.add(ticket);
  }

  void addReturned(Claim claim) {
    returned.add(claim);
  }

  boolean hasReady() {
    return !ready.isEmpty();
  }

  boolean hasReturned() {
    return !returned.isEmpty();
  }

  List<Tuned> readyItems() {
    return ready.stream()
        .map(ticket -> ticket.item)
        .filter(Tuned.class::isInstance)
        .map(Tuned.class::cast)
        .toList();
  }

  Ticket takeReady() {
    return ready.remove();
  }

  Claim takeReturned() {
    return returned.remove();
  }

  /** Returns whether it is due before all others. */
  boolean delay(Ticket ticket) {
    ticket.sequence = sequence++;
    delayed.add(ticket);
    return delayed.peek() == ticket;
  }

  /** Makes an item ready if it waits for its due time. */
  void promote(Ticket ticket) {
    if (delayed.remove(ticket)) {
      ready.add(ticket);
    }
  }

  /** Makes due items ready; returns when the next one is due, or null if none waits. */
  @Nullable Long wakeDue(long nowNanos) {
    Ticket first = delayed.peek();
    while (first != null && first.dueNanos - nowNanos <= 0) {
      ready.add(delayed.remove());
      first = delayed.peek();
    }
    return first == null ? null : first.dueNanos;
  }

  void wakeAll() {
    ready.addAll(delayed);
    delayed.clear();
  }

  void share(Claim claim) {
    if (!shared.contains(claim)) {
      shared.add(claim);
    }
  }

  void unshare(Claim claim) {
    shared.remove(claim);
  }

  List<Claim> shared() {
    return shared.isEmpty() ? List.of() : List.copyOf(shared);
  }

  /** The oldest claim that has something to steal; null if none has. */
  @Nullable Claim stealable() {
    for (int i = 0; i < shared.size(); i++) {
      if (shared.get(i).hasMore()) {
        return shared.get(i);
      }
    }
    return null;
  }

  static boolean isLate(Claim claim, long nowNanos) {
    return nowNanos - claim.handedNanos > LATE_NANOS;
  }

  /** Whether there are items that were read, and nobody has begun. */
  boolean hasFresh() {
    return !returned.isEmpty() || stealable() != null;
  }
}
