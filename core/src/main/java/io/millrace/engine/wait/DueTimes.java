package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Items that wait for their time, earliest first, then in the order in which they came: a binary heap
 * whose elements know their places, so that any of them leaves in logarithmic time. Guarded by the run's
 * lock.
 */
public final class DueTimes {
  private static final int FIRST_SIZE = 16;

  /* Empty until something waits: in most runs nothing does. */
  private @Nullable Ticket[] heap = {};
  private int size;
  private long sequence;

  public boolean isEmpty() {
    return size == 0;
  }

  public int size() {
    return size;
  }

  /** Adds an item; returns whether it is due before all others. */
  public boolean add(Ticket ticket) {
    ticket.sequence = sequence++;
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, Math.max(FIRST_SIZE, 2 * size));
    }
    up(size++, ticket);
    return ticket.heapIndex == 0;
  }

  /** Returns false if the item is not here. */
  public boolean remove(Ticket ticket) {
    int index = ticket.heapIndex;
    if (index == Ticket.NOT_QUEUED) {
      return false;
    }
    ticket.heapIndex = Ticket.NOT_QUEUED;
    Ticket last = at(--size);
    heap[size] = null;
    if (last != ticket) {
      down(index, last);
      if (last.heapIndex == index) {
        up(index, last);
      }
    }
    return true;
  }

  /** The item that is due first; null if there is none. */
  public @Nullable Ticket first() {
    return size == 0 ? null : heap[0];
  }

  /** Takes any item out, in constant time; only if there is one. */
  public Ticket takeAny() {
    Ticket last = at(size - 1);
    remove(last);
    return last;
  }

  private Ticket at(int index) {
    Ticket ticket = heap[index];
    if (ticket == null) {
      throw new AssertionError("no item at " + index + " of " + size);
    }
    return ticket;
  }

  private void up(int from, Ticket ticket) {
    int index = from;
    while (index > 0) {
      int parent = (index - 1) >>> 1;
      if (!isBefore(ticket, at(parent))) {
        break;
      }
      put(index, at(parent));
      index = parent;
    }
    put(index, ticket);
  }

  private void down(int from, Ticket ticket) {
    int index = from;
    while (2 * index + 1 < size) {
      int child = 2 * index + 1;
      if (child + 1 < size && isBefore(at(child + 1), at(child))) {
        child++;
      }
      if (!isBefore(at(child), ticket)) {
        break;
      }
      put(index, at(child));
      index = child;
    }
    put(index, ticket);
  }

  private void put(int index, Ticket ticket) {
    heap[index] = ticket;
    ticket.heapIndex = index;
  }

  /* Times wrap around, so only their difference counts. */
  private static boolean isBefore(Ticket one, Ticket other) {
    long later = one.dueNanos - other.dueNanos;
    return later < 0 || (later == 0 && one.sequence < other.sequence);
  }
}
