package io.millrace.engine.wait;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Config;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * The interleaving: an item gives back the only slot of a key, which is forgotten then, while another one
 * has just found the same key outside the lock. One of them at a time has the slot, and in the end no key
 * is remembered.
 */
public final class SlotsHunt {
  private static final int ROUNDS = 3;

  private SlotsHunt() {}

  /** As many instances as there are items, all equal. */
  private record SameKey(String value) {}

  @JCStressTest
  @State
  @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "one at a time, and nothing is kept")
  @Outcome(expect = FORBIDDEN, desc = "two have the only slot, or the key is kept")
  public static class Sound {
    private final KeySlots slots = new KeySlots(new Config.PerKey(1, item -> "unused"));
    private final Meeting meeting = new Meeting();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean overlap;

    private void run(int item) {
      meeting.await();
      for (int round = 0; round < ROUNDS; round++) {
        Ticket ticket = new Ticket(item, "item");
        ticket.slotKey = new SameKey("key");
        if (slots.tryEnter(ticket)) {
          overlap |= inside.incrementAndGet() > 1;
          inside.decrementAndGet();
        }
        slots.exit(ticket);
      }
    }

    @Actor
    public void one() {
      run(1);
    }

    @Actor
    public void other() {
      run(2);
    }

    @Arbiter
    public void arbiter(ZI_Result result) {
      result.r1 = overlap;
      result.r2 = slots.keys();
    }
  }

  /** Takes a slot of the key that it found, though that may have been forgotten meanwhile. */
  @JCStressTest
  @State
  @Outcome(id = "false, 0", expect = ACCEPTABLE, desc = "one at a time, and nothing is kept")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "two have the only slot, or the key is kept")
  public static class Racy {
    private final ConcurrentHashMap<SameKey, AtomicInteger> keys = new ConcurrentHashMap<>();
    private final Meeting meeting = new Meeting();
    private final AtomicInteger inside = new AtomicInteger();
    private volatile boolean overlap;

    private void run() {
      meeting.await();
      for (int round = 0; round < ROUNDS; round++) {
        SameKey key = new SameKey("key");
        AtomicInteger running = keys.computeIfAbsent(key, absent -> new AtomicInteger());
        Delay.holdOpen();
        if (running.compareAndSet(0, 1)) {
          overlap |= inside.incrementAndGet() > 1;
          Delay.holdOpen();
          inside.decrementAndGet();
          running.set(0);
          keys.remove(key);
        }
      }
    }

    @Actor
    public void one() {
      run();
    }

    @Actor
    public void other() {
      run();
    }

    @Arbiter
    public void arbiter(ZI_Result result) {
      result.r1 = overlap;
      result.r2 = keys.size();
    }
  }
}
