package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.limit.spi.Party;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.stress.Meeting;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The interleaving: the only place of a party that is put off at one limit is left just when the party is
 * resumed because of it. Either it is granted its permit, or its leaving succeeds and the slot goes to
 * the party's place at another limit.
 */
public final class LeaveHeldHunt {
  private LeaveHeldHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "1, 0, stayed", expect = ACCEPTABLE, desc = "granted, came too late to leave")
  @Outcome(
      id = "0, 1, left",
      expect = ACCEPTABLE,
      desc = "left, and the other one is granted its own")
  @Outcome(expect = FORBIDDEN, desc = "the slot is lost or used twice")
  public static class Sound {
    private final Party party = RateLimiter.party();
    private final AtomicInteger slots = new AtomicInteger();
    private final Item first = new Item();
    private final Item second = new Item();
    private final Meeting meeting = new Meeting();
    private final Waiting place;

    private final class Item implements Waiter {
      private final AtomicInteger granted = new AtomicInteger();

      @Override
      public Answer claim() {
        return slots.compareAndSet(1, 0) ? Answer.TAKE : Answer.HOLD;
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
      place = WeightedSemaphore.bounded(1).queue().enqueue(1, first, party);
      WeightedSemaphore.bounded(1).queue().enqueue(1, second, party);
    }

    @Actor
    public void freer() {
      meeting.await();
      slots.set(1);
      party.resume();
    }

    @Actor
    public void leaver(LLL_Result result) {
      meeting.await();
      result.r3 = place.cancel() ? "left" : "stayed";
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r1 = first.granted.get();
      result.r2 = second.granted.get();
    }
  }

  /** Whoever resumes takes the first one that was put off, and does not look whether it is still there. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, stayed", expect = ACCEPTABLE, desc = "granted, came too late to leave")
  @Outcome(
      id = "0, 1, left",
      expect = ACCEPTABLE,
      desc = "left, and the other one is granted its own")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the slot is lost or used twice")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private volatile boolean queued = true;
    private volatile int first;
    private volatile int second;

    @Actor
    public void freer() {
      meeting.await();
      if (queued) {
        first++;
        queued = false;
      } else {
        second++;
      }
    }

    @Actor
    public void leaver(LLL_Result result) {
      meeting.await();
      boolean left = queued;
      queued = false;
      result.r3 = left ? "left" : "stayed";
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r1 = first;
      result.r2 = second;
    }
  }
}
