package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.plan.RateLimit;
import io.millrace.stress.Delay;
import io.millrace.stress.HandClock;
import io.millrace.stress.Meeting;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZI_Result;

/**
 * The interleaving: the last permit is taken on the short way past the limiter's lock just when somebody queues up
 * for it, and closes that way. One of them has it.
 */
public final class ShortWayHunt {
  private ShortWayHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"true, 0", "false, 1"},
      expect = ACCEPTABLE,
      desc = "one has it")
  @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
  public static class Sound {
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.perSecond(1).burst(2), new HandClock());
    private final CountingWaiter waiter = new CountingWaiter();
    private final Meeting meeting = new Meeting();

    public Sound() {
      limiter.tryAcquire();
    }

    @Actor
    public void taker(ZI_Result result) {
      meeting.await();
      Delay.upTo(20);
      result.r1 = limiter.tryAcquire();
    }

    @Actor
    public void waiter() {
      meeting.await();
      limiter.queue().enqueue(limiter.queue().demand(null), waiter);
    }

    @Arbiter
    public void arbiter(ZI_Result result) {
      result.r2 = waiter.grants();
    }
  }

  /** Looks what is there, and then closes. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, 0", "false, 1"},
      expect = ACCEPTABLE,
      desc = "one has it")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "both have it, or nobody")
  public static class Racy {
    private static final int CLOSED = -1;

    private final Meeting meeting = new Meeting();
    private final AtomicInteger there = new AtomicInteger(1);

    @Actor
    public void taker(ZI_Result result) {
      meeting.await();
      result.r1 = there.compareAndSet(1, 0);
    }

    @Actor
    public void waiter(ZI_Result result) {
      meeting.await();
      int seen = there.get();
      Delay.holdOpen();
      there.set(CLOSED);
      result.r2 = seen;
    }
  }
}
