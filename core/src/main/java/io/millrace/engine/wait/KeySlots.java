package io.millrace.engine.wait;

import io.millrace.base.ShortLock;
import io.millrace.engine.claim.SlotKey;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Config;
import io.millrace.outcome.AttemptEvent;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Bounds how many attempts of items with the same key run at once. An item that finds no slot
 * waits, first come, first served; it has its place from then on, also while a listener hears of that. A key that no item uses is
 * forgotten. Thread-safe.
 *
 * <p>The keys are the user's, so they are compared outside the lock: under it, the table hands out those
 * with the same hash, and takes a new one in if nobody else has changed that list meanwhile.
 */
public final class KeySlots implements Obstacle {
  private final Config.PerKey limit;

  /* Guards everything below: entering races with exits, and waiting with the end of the run. */
  private final ShortLock lock = new ShortLock();
  private final Map<Integer, Chain> table = new HashMap<>();

  /** Keys with the same hash. Immutable, so that it can be read without the lock. */
  private record Chain(SlotKey key, @Nullable Chain rest) {
    static @Nullable Chain without(SlotKey key, @Nullable Chain chain) {
      if (chain == null) {
        return null;
      }
      Chain rest = without(key, chain.rest());
      return chain.key() == key ? rest : new Chain(chain.key(), rest);
    }

    static boolean has(SlotKey key, @Nullable Chain chain) {
      for (Chain each = chain; each != null; each = each.rest()) {
        if (each.key() == key) {
          return true;
        }
      }
      return false;
    }
  }

  public KeySlots(Config.PerKey limit) {
    this.limit = limit;
  }

  /** Asks the user's function. */
  Object keyOf(@Nullable Object item) {
    return Objects.requireNonNull(
        limit.key().apply(item), "the key for the concurrency per key is null");
  }

  @Override
  public AttemptEvent.Reason reason() {
    return AttemptEvent.Reason.CONCURRENCY_PER_KEY;
  }

  @Override
  public boolean tryPass(ItemAtHand at) {
    return tryEnter(at.ticketed());
  }

  /** Takes a slot of the ticket's key if there is one, and nobody waits for it; else a place in the queue, which it has to {@link #enqueue} in or {@link #exit}. */
  boolean tryEnter(Ticket ticket) {
    return ticket.hasSlot || use(ticket, ticket.slotKey());
  }

  /* Makes the ticket a user of its key; true if it has a slot now. */
  private boolean use(Ticket ticket, Object value) {
    int hash = value.hashCode();
    Chain seen = chain(hash);
    for (; ; ) {
      SlotKey same = find(value, seen);
      lock.lock();
      try {
        Chain now = table.get(hash);
        boolean known = same != null && Chain.has(same, now);
        if (known || (same == null && now == seen)) {
          return enter(ticket, known ? same : insert(value, hash, now));
        }
        seen = now; // somebody has added a key with this hash, or removed the one that was found
      } finally {
        lock.unlock();
      }
    }
  }

  private @Nullable Chain chain(int hash) {
    lock.lock();
    try {
      return table.get(hash);
    } finally {
      lock.unlock();
    }
  }

  private static @Nullable SlotKey find(Object value, @Nullable Chain chain) {
    for (Chain each = chain; each != null; each = each.rest()) {
      if (value == each.key().value || value.equals(each.key().value)) {
        return each.key();
      }
    }
    return null;
  }

  private SlotKey insert(Object value, int hash, @Nullable Chain rest) {
    SlotKey key = new SlotKey(value, hash);
    table.put(hash, new Chain(key, rest));
    return key;
  }

  private boolean enter(Ticket ticket, @Nullable SlotKey key) {
    SlotKey used = Objects.requireNonNull(key, "key");
    if (ticket.slot == null) {
      ticket.slot = used;
      used.users++;
    }
    if (used.running >= limit.limit() || used.first() != null) {
      ticket.isLeavingForSlot = true;
      used.add(ticket);
      return false;
    }
    used.running++;
    ticket.hasSlot = true;
    return true;
  }

  @Override
  public boolean enqueue(Ticket ticket) {
    lock.lock();
    try {
      ticket.isLeavingForSlot = false;
      return ticket.hasSlot;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public boolean cancel(Ticket ticket) {
    lock.lock();
    try {
      SlotKey key = ticket.slot;
      if (key == null || !ticket.isQueuedForSlot || ticket.isLeavingForSlot) {
        return false;
      }
      key.remove(ticket);
      leave(ticket, key);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives a ticket's slot back, or its place, once; returns who gets the slot, to be resumed. */
  @Nullable Ticket exit(Ticket ticket) {
    lock.lock();
    try {
      SlotKey key = ticket.slot;
      if (key == null || (ticket.isQueuedForSlot && !ticket.isLeavingForSlot)) {
        return null; // whoever abandoned its worker was first
      }
      if (ticket.isQueuedForSlot) {
        key.remove(ticket);
      }
      ticket.isLeavingForSlot = false;
      boolean had = ticket.hasSlot;
      ticket.hasSlot = false;
      Ticket next = had ? key.first() : null;
      if (next != null) {
        key.remove(next);
        next.hasSlot = true;
      } else if (had) {
        key.running--;
      }
      leave(ticket, key);
      return next == null || next.isLeavingForSlot ? null : next; // that one finds it when it comes
    } finally {
      lock.unlock();
    }
  }

  /** How many keys are remembered. */
  int keys() {
    lock.lock();
    try {
      return table.size();
    } finally {
      lock.unlock();
    }
  }

  private void leave(Ticket ticket, SlotKey key) {
    ticket.slot = null;
    key.users--;
    if (key.users == 0) {
      Chain rest = Chain.without(key, table.get(key.hash));
      if (rest == null) {
        table.remove(key.hash);
      } else {
        table.put(key.hash, rest);
      }
    }
  }
}
