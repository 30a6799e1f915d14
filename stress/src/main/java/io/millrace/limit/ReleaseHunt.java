package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The interleaving: a permit is released on the short way of a semaphore just when somebody queues up
 * for it. Whoever is second sees the other: the waiter is granted it, at once or by the release.
 */
public final class ReleaseHunt {
  private ReleaseHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "1, 0, at once", expect = ACCEPTABLE, desc = "the release came first")
  @Outcome(id = "1, 0, later", expect = ACCEPTABLE, desc = "the waiter came first")
  @Outcome(expect = FORBIDDEN, desc = "the wake-up is lost, or the permit doubled")
  public static class Sound {
    private final WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    private final CountingWaiter waiter = new CountingWaiter();
    private final Meeting meeting = new Meeting();

    public Sound() {
      semaphore.tryAcquire();
    }

    @Actor
    public void releaser() {
      meeting.await();
      semaphore.release();
    }

    @Actor
    public void waiter(LLL_Result result) {
      meeting.await();
      semaphore.queue().enqueue(1, waiter);
      result.r3 = waiter.grants() == 0 ? "later" : "at once";
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r1 = waiter.grants();
      result.r2 = semaphore.availablePermits();
    }
  }

  /** Each looks for the other, and then goes its way. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0, at once", expect = ACCEPTABLE, desc = "the release came first")
  @Outcome(id = "1, 0, later", expect = ACCEPTABLE, desc = "the waiter came first")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the wake-up is lost, or the permit doubled")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private volatile boolean waiting;
    private volatile int there;
    private volatile int granted;

    @Actor
    public void releaser() {
      meeting.await();
      if (waiting) {
        granted++;
      } else {
        there++;
      }
    }

    @Actor
    public void waiter(LLL_Result result) {
      meeting.await();
      if (there > 0) {
        there--;
        granted++;
        result.r3 = "at once";
      } else {
        waiting = true;
        result.r3 = "later";
      }
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r1 = granted;
      result.r2 = there;
    }
  }
}
