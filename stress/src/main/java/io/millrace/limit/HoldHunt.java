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
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: a waiter is offered its permit and finds no slot, while the only slot becomes free.
 * Either the waiter finds the slot, or whoever frees it finds the waiter put off, or being asked.
 */
public final class HoldHunt {
  private HoldHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "1, found", expect = ACCEPTABLE, desc = "the slot was free when it was asked")
  @Outcome(id = "1, held", expect = ACCEPTABLE, desc = "it was put off or asked again, and resumed")
  @Outcome(expect = FORBIDDEN, desc = "the resume is lost: a slot and a permit, and nobody goes")
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

    @Actor
    public void waiter() {
      meeting.await();
      semaphore.queue().enqueue(1, new Item(), party);
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
    public void arbiter(LL_Result result) {
      result.r1 = granted.get();
      result.r2 = held ? "held" : "found";
    }
  }

  /** The waiter is put off after it was asked, and nothing tells before that it is being asked. */
  @JCStressTest
  @State
  @Outcome(id = "1, found", expect = ACCEPTABLE, desc = "the slot was free when it was asked")
  @Outcome(id = "1, held", expect = ACCEPTABLE, desc = "it was put off, and resumed")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the resume is lost")
  public static class Racy {
    private final AtomicInteger slots = new AtomicInteger();
    private final AtomicInteger granted = new AtomicInteger();
    private final Meeting meeting = new Meeting();
    private volatile boolean putOff;
    private volatile boolean held;

    @Actor
    public void waiter() {
      meeting.await();
      if (slots.compareAndSet(1, 0)) {
        granted.incrementAndGet();
      } else {
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
      if (putOff && slots.compareAndSet(1, 0)) {
        granted.incrementAndGet();
      }
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      result.r1 = granted.get();
      result.r2 = held ? "held" : "found";
    }
  }
}
