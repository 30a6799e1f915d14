package io.millrace.engine;

import io.millrace.stress.Linearizability;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.ThreadIdGen;
import org.junit.jupiter.api.Test;

/**
 * Hunts the interleavings of an item that finds its key busy and queues up with one that gives the slot
 * back, with one that gives up, and with the end of the run. Each thread has one item at a time, all
 * of one key.
 */
class KeySlotsLincheckTest {
  private static final int THREADS = 4;

  @Test
  void aSlotIsHandedOnAsIfOneActedAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutALockIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  @Param(name = "thread", gen = ThreadIdGen.class)
  public static class Sound {
    private final KeySlots slots = new KeySlots(new Config.PerKey(1, item -> "key"));
    private final Ticket[] tickets = new Ticket[THREADS];

    private Ticket arrive(int thread) {
      Ticket ticket = new Ticket(thread, "item");
      ticket.slotKey = "key";
      tickets[thread] = ticket;
      return ticket;
    }

    @Operation
    public boolean tryEnter(@Param(name = "thread") int thread) {
      if (tickets[thread] != null) {
        return false;
      }
      boolean entered = slots.tryEnter(arrive(thread));
      if (!entered) {
        tickets[thread] = null;
      }
      return entered;
    }

    /** Whether it need not wait. */
    @Operation
    public boolean enqueue(@Param(name = "thread") int thread) {
      if (tickets[thread] != null) {
        return false;
      }
      Ticket ticket = arrive(thread);
      boolean free = slots.enqueue(ticket);
      if (free && !ticket.hasSlot) {
        tickets[thread] = null;
      }
      return free;
    }

    /** Whose item gets the slot; -1 for nobody, -2 if there was none to give back. */
    @Operation
    public long exit(@Param(name = "thread") int thread) {
      Ticket ticket = tickets[thread];
      if (ticket == null || !ticket.hasSlot) {
        return -2;
      }
      tickets[thread] = null;
      Ticket next = slots.exit(ticket);
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

    /** Whose items need not wait any more. */
    @Operation(runOnce = true)
    public List<Long> close() {
      return slots.close().stream().map(ticket -> ticket.index).toList();
    }
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  @Param(name = "thread", gen = ThreadIdGen.class)
  public static class Racy {
    private final boolean[] here = new boolean[THREADS];
    private final boolean[] hasSlot = new boolean[THREADS];
    private final Queue<Long> waiting = new ArrayDeque<>();
    private int running;
    private boolean closed;

    @Operation
    public boolean tryEnter(@Param(name = "thread") int thread) {
      if (here[thread] || running > 0 || !waiting.isEmpty()) {
        return false;
      }
      enter(thread);
      return true;
    }

    private void enter(int thread) {
      running++;
      here[thread] = true;
      hasSlot[thread] = true;
    }

    @Operation
    public boolean enqueue(@Param(name = "thread") int thread) {
      if (here[thread]) {
        return false;
      }
      if (closed) {
        return true;
      }
      if (running == 0) {
        enter(thread);
        return true;
      }
      here[thread] = true;
      waiting.add((long) thread);
      return false;
    }

    @Operation
    public long exit(@Param(name = "thread") int thread) {
      if (!hasSlot[thread]) {
        return -2;
      }
      here[thread] = false;
      hasSlot[thread] = false;
      Long next = waiting.poll();
      if (next == null) {
        running--;
        return -1;
      }
      hasSlot[next.intValue()] = true;
      return next;
    }

    @Operation
    public boolean cancel(@Param(name = "thread") int thread) {
      if (!waiting.remove((long) thread)) {
        return false;
      }
      here[thread] = false;
      return true;
    }

    @Operation(runOnce = true)
    public List<Long> close() {
      closed = true;
      List<Long> all = new ArrayList<>(waiting);
      waiting.clear();
      return all;
    }
  }
}
