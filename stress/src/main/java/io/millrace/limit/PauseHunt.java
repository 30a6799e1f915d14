package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.limit.spi.Waiter;
import io.millrace.plan.RateLimit;
import io.millrace.stress.Delay;
import io.millrace.stress.HandClock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: a server asks for a pause just when a permit comes. The permit is granted before
 * the pause, or when the pause is over; never once {@code pause} has returned, and never not at all.
 */
public final class PauseHunt {
  private static final long GAP = 10;
  private static final long PAUSE = 5;

  private PauseHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"before", "after"},
      expect = ACCEPTABLE,
      desc = "granted once, and not in the pause")
  @Outcome(expect = FORBIDDEN, desc = "granted in the pause, twice, or never")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofNanos(GAP)), clock);
    private volatile boolean pausing;
    private volatile boolean over;
    /* Written under the limiter's lock. */
    private String when = "";

    public Sound() {
      limiter.tryAcquire();
      limiter.queue().enqueue(limiter.queue().demand(null), new Caller());
      clock.set(GAP);
    }

    private final class Caller implements Waiter {
      @Override
      public Answer claim() {
        when += over ? "after" : pausing ? "during" : "before";
        return Answer.TAKE;
      }

      @Override
      public void granted() {}

      @Override
      public void declined() {}
    }

    @Actor
    public void timer() {
      clock.fire();
    }

    @Actor
    public void server() {
      limiter.pause(Duration.ofNanos(PAUSE));
      pausing = true;
    }

    @Arbiter
    public void arbiter(L_Result result) {
      clock.fire();
      over = true;
      clock.set(GAP + PAUSE);
      clock.fire();
      result.r1 = when;
    }
  }

  /** Looks whether it is paused, and then grants. */
  @JCStressTest
  @State
  @Outcome(
      id = {"before", "after"},
      expect = ACCEPTABLE,
      desc = "granted once, and not in the pause")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "granted in the pause, twice, or never")
  public static class Racy {
    private volatile long heldUntil;
    private volatile boolean pausing;
    private String when = "";

    @Actor
    public void timer() {
      if (heldUntil <= GAP) {
        Delay.holdOpen();
        when += pausing ? "during" : "before";
      }
    }

    @Actor
    public void server() {
      heldUntil = GAP + PAUSE;
      pausing = true;
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = when.isEmpty() ? "after" : when;
    }
  }
}
