package io.millrace.engine;

import io.millrace.base.ShortLock;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * At most so many attempts at once of items with the same key. An item that finds no slot waits, FIFO,
 * without a thread; a key that nobody uses is forgotten. Thread-safe.
 */
final class KeySlots {
  private final Config.PerKey limit;

  /* Guards everything below: entering races with exits, and waiting with the run's end. */
  private final ShortLock lock = new ShortLock();
  private final Map<Object, Key> keys = new HashMap<>();
  private boolean closed;

  private static final class Key {
    int running;
    final Queue<Ticket> waiting = new ArrayDeque<>(2);
  }

  KeySlots(Config.PerKey limit) {
    this.limit = limit;
  }

  Object keyOf(@Nullable Object item) {
    Object key = limit.key().apply(item);
    if (key == null) {
      throw new NullPointerException("the key for the concurrency per key is null");
    }
    return key;
  }

  boolean tryEnter(Ticket ticket) {
    lock.lock();
    try {
      Key key = keys.computeIfAbsent(ticket.slotKey(), absent -> new Key());
      if (key.running >= limit.limit() || !key.waiting.isEmpty()) {
        return false;
      }
      key.running++;
      ticket.hasSlot = true;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Queues a ticket; true if it need not wait: it got a slot meanwhile, or the run has ended. */
  boolean enqueue(Ticket ticket) {
    lock.lock();
    try {
      Key key = keys.computeIfAbsent(ticket.slotKey(), absent -> new Key());
      if (!closed && key.running >= limit.limit()) {
        key.waiting.add(ticket);
        return false;
      }
      ticket.hasSlot = !closed;
      key.running += closed ? 0 : 1;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Takes a ticket out of its queue; false if it is not there any more. */
  boolean cancel(Ticket ticket) {
    lock.lock();
    try {
      Key key = keys.get(ticket.slotKey());
      return key != null && key.waiting.remove(ticket);
    } finally {
      lock.unlock();
    }
  }

  /** Gives a ticket's slot back; returns who gets it, to be resumed. */
  @Nullable Ticket exit(Ticket ticket) {
    lock.lock();
    try {
      if (!ticket.hasSlot) {
        return null; // whoever gave its worker up was first
      }
      ticket.hasSlot = false;
      Key key = keys.get(ticket.slotKey());
      if (key == null) {
        throw new AssertionError("slot of an unknown key: " + ticket.slotKey());
      }
      Ticket next = key.waiting.poll();
      if (next != null) {
        next.hasSlot = true;
      } else if (--key.running == 0) {
        keys.remove(ticket.slotKey());
      }
      return next;
    } finally {
      lock.unlock();
    }
  }

  /** Empties all queues; nobody waits from now on. */
  List<Ticket> close() {
    lock.lock();
    try {
      closed = true;
      List<Ticket> all = new ArrayList<>();
      keys.values().forEach(key -> drain(key.waiting, all));
      return all;
    } finally {
      lock.unlock();
    }
  }

  private static void drain(Queue<Ticket> from, List<Ticket> to) {
    to.addAll(from);
    from.clear();
  }
}
