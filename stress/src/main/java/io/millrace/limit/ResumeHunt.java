package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiter;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.IL_Result;

/**
 * The interleaving: a permit is released and offered to a waiter that finds no slot, while the only slot
 * becomes free and its party is resumed. The waiter is granted the permit, once.
 */
public final class ResumeHunt {
  private ResumeHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"1, found", "1, held"},
      expect = ACCEPTABLE,
      desc = "granted, at once or when it was resumed")
  @Outcome(expect = FORBIDDEN, desc = "a slot and a permit, and nobody goes; or it goes twice")
  public static class Sound {
    private final WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    private final Party party = RateLimiter.party();
    private final AtomicInteger slots = new AtomicInteger();
    private final AtomicInteger granted = new AtomicInteger();
    private final Meeting meeting = new Meeting();
    private volatile boolean held;

    private final class Item implements Waiter {
      @Override
      public Answer claim() {
        if (slots.compareAndSet(1, 0)) {
          return Answer.TAKE;
        }
        held = true;
        return Answer.HOLD;
      }

      @Override
      public void granted() {
        granted.incrementAndGet();
      }

      @Override
      public void declined() {
        throw new AssertionError("it declines nothing");
      }
    }

    public Sound() {
      semaphore.tryAcquire(1);
      semaphore.queue().enqueue(1, new Item(), party);
    }

    @Actor
    public void releaser() {
      meeting.await();
      semaphore.release(1);
    }

    @Actor
    public void freer() {
      meeting.await();
      Delay.upTo(20);
      slots.set(1);
      if (party.hasHeld()) {
        party.resume();
      }
    }

    @Arbiter
    public void arbiter(IL_Result result) {
      result.r1 = granted.get();
      result.r2 = held ? "held" : "found";
    }
  }

  /** The waiter is put off after it was asked, and nobody asks it again. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, found", "1, held"},
      expect = ACCEPTABLE,
      desc = "granted, at once or when it was resumed")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a slot and a permit, and nobody goes")
  public static class Racy {
    private final AtomicInteger permits = new AtomicInteger();
    private final AtomicInteger slots = new AtomicInteger();
    private final AtomicInteger granted = new AtomicInteger();
    private final Meeting meeting = new Meeting();
    private volatile boolean putOff;
    private volatile boolean held;

    private boolean goes() {
      if (permits.get() > 0 && slots.compareAndSet(1, 0)) {
        permits.decrementAndGet();
        granted.incrementAndGet();
        return true;
      }
      return false;
    }

    @Actor
    public void releaser() {
      meeting.await();
      permits.set(1);
      if (!goes()) {
        held = true;
        Delay.holdOpen();
        putOff = true;
      }
    }

    @Actor
    public void freer() {
      meeting.await();
      Delay.upTo(20);
      slots.set(1);
      if (putOff) {
        goes();
      }
    }

    @Arbiter
    public void arbiter(IL_Result result) {
      result.r1 = granted.get();
      result.r2 = held ? "held" : "found";
    }
  }
}
