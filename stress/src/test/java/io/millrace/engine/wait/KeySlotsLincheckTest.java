package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Config;
import io.millrace.stress.Linearizability;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Hunts the interleavings of an item that finds its key busy and queues up with one that gives the slot
 * back, with one that gives up, and with items of another key of the same hash that come and go. Each
 * thread has one item at a time.
 */
class KeySlotsLincheckTest {
  private static final int THREADS = 4;
  private static final int KEYS = 2;

  @Test
  void aSlotIsHandedOnAsIfOneActedAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutALockIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  /** All keys have the same hash, and each item has an instance of its own. */
  private record SameHash(int number) {
    @Override
    public int hashCode() {
      return 7;
    }
  }

  /** Where a thread's item is. */
  private enum Place {
    NOWHERE,
    ASKED,
    GRANTED,
    QUEUED,
    HAS_SLOT
  }

  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "key", gen = IntGen.class, conf = "0:1")
  public static class Sound {
    private final KeySlots slots = new KeySlots(new Config.PerKey(1, item -> "unused"));
    private final Ticket[] tickets = new Ticket[THREADS];

    /* As its own thread knows it: one that is handed the slot stays QUEUED here. */
    private final Place[] places = new Place[THREADS];

    @Operation
    public boolean tryEnter(@Param(name = "thread") int thread, @Param(name = "key") int key) {
      if (tickets[thread] != null) {
        return false;
      }
      Ticket ticket = new Ticket(thread, "item");
      ticket.slotKey = new SameHash(key);
      tickets[thread] = ticket;
      boolean entered = slots.tryEnter(ticket);
      places[thread] = entered ? Place.HAS_SLOT : Place.ASKED;
      return entered;
    }

    /** Whether it need not wait. */
    @Operation
    public boolean enqueue(@Param(name = "thread") int thread) {
      Ticket ticket = tickets[thread];
      if (ticket == null || places[thread] != Place.ASKED) {
        return false;
      }
      boolean entered = slots.enqueue(ticket);
      places[thread] = entered ? Place.HAS_SLOT : Place.QUEUED;
      return entered;
    }

    /** Whose item gets the slot; -1 for nobody, -2 if it waits, or is not there. */
    @Operation
    public long exit(@Param(name = "thread") int thread) {
      Ticket ticket = tickets[thread];
      if (ticket == null) {
        return -2;
      }
      Ticket next = slots.exit(ticket);
      if (ticket.slot != null) {
        return -2;
      }
      tickets[thread] = null;
      return next == null ? -1 : next.index;
    }

    @Operation
    public boolean cancel(@Param(name = "thread") int thread) {
      Ticket ticket = tickets[thread];
      if (ticket == null || !slots.cancel(ticket)) {
        return false;
      }
      tickets[thread] = null;
      return true;
    }

    /** Lists of keys with the same hash: none is kept that no item uses. */
    @Operation
    public int keys() {
      return slots.keys();
    }
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  @Param(name = "key", gen = IntGen.class, conf = "0:1")
  public static class Racy {
    private final Place[] places = {Place.NOWHERE, Place.NOWHERE, Place.NOWHERE, Place.NOWHERE};
    private final int[] keyOf = new int[THREADS];
    private final int[] running = new int[KEYS];
    private final List<Queue<Long>> waiting = List.of(new ArrayDeque<>(), new ArrayDeque<>());
    private int users;

    @Operation
    public boolean tryEnter(@Param(name = "thread") int thread, @Param(name = "key") int key) {
      if (places[thread] != Place.NOWHERE) {
        return false;
      }
      keyOf[thread] = key;
      places[thread] = Place.ASKED;
      users++;
      return enter(thread);
    }

    private boolean enter(int thread) {
      int key = keyOf[thread];
      if (running[key] > 0 || !waiting.get(key).isEmpty()) {
        waiting.get(key).add((long) thread);
        return false;
      }
      running[key]++;
      places[thread] = Place.HAS_SLOT;
      return true;
    }

    @Operation
    public boolean enqueue(@Param(name = "thread") int thread) {
      if (places[thread] == Place.GRANTED) {
        places[thread] = Place.HAS_SLOT;
        return true;
      }
      if (places[thread] == Place.ASKED) {
        places[thread] = Place.QUEUED;
      }
      return false;
    }

    @Operation
    public long exit(@Param(name = "thread") int thread) {
      Place place = places[thread];
      if (place == Place.NOWHERE || place == Place.QUEUED) {
        return -2;
      }
      places[thread] = Place.NOWHERE;
      users--;
      if (place == Place.ASKED) {
        waiting.get(keyOf[thread]).remove((long) thread);
        return -1;
      }
      Long next = waiting.get(keyOf[thread]).poll();
      if (next == null) {
        running[keyOf[thread]]--;
        return -1;
      }
      boolean waits = places[next.intValue()] == Place.QUEUED;
      places[next.intValue()] = waits ? Place.HAS_SLOT : Place.GRANTED;
      return waits ? next : -1;
    }

    @Operation
    public boolean cancel(@Param(name = "thread") int thread) {
      if (places[thread] != Place.QUEUED || !waiting.get(keyOf[thread]).remove((long) thread)) {
        return false;
      }
      places[thread] = Place.NOWHERE;
      users--;
      return true;
    }

    @Operation
    public int keys() {
      return users > 0 ? 1 : 0;
    }
  }
}
