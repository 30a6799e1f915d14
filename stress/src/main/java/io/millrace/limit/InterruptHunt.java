package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.stress.Delay;
import io.millrace.stress.HandClock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: a thread that waits for a permit is interrupted just when it is granted. Either
 * the permit is used and the interrupt flag stays set, or it is thrown and the permit is still there.
 */
public final class InterruptHunt {
  private static final long GAP = 10;
  private static final int LONGEST_DELAY = 30;

  private InterruptHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "granted with flag, used", expect = ACCEPTABLE, desc = "the grant came first")
  @Outcome(id = "thrown, left", expect = ACCEPTABLE, desc = "the interrupt came first")
  @Outcome(expect = FORBIDDEN, desc = "the permit or the interrupt is lost")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofNanos(GAP)), clock);
    private volatile boolean waiting;

    public Sound() {
      limiter.tryAcquire();
    }

    @Actor
    public void caller(LL_Result result) {
      ParkedThread thread = new ParkedThread(clock, () -> {});
      Waiting place = limiter.queue().enqueue(limiter.queue().demand(null), thread);
      clock.set(GAP);
      waiting = true;
      Delay.upTo(LONGEST_DELAY);
      Thread.currentThread().interrupt();
      try {
        result.r1 = thread.await(place) ? "granted" : "refused";
      } catch (InterruptedException interrupted) {
        result.r1 = "thrown";
      }
      if (Thread.interrupted()) {
        result.r1 += " with flag";
      }
    }

    @Actor
    public void timer() {
      while (!waiting) {
        Thread.onSpinWait();
      }
      Delay.upTo(LONGEST_DELAY);
      clock.fire();
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      clock.fire();
      result.r2 = limiter.tryAcquire() ? "left" : "used";
    }
  }

  /** Leaves as soon as it is interrupted, without asking whether it was granted meanwhile. */
  @JCStressTest
  @State
  @Outcome(id = "granted with flag, used", expect = ACCEPTABLE, desc = "the grant came first")
  @Outcome(id = "thrown, left", expect = ACCEPTABLE, desc = "the interrupt came first")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the permit or the interrupt is lost")
  public static class Racy {
    private volatile boolean queued = true;
    private volatile boolean granted;
    private volatile boolean waiting;

    @Actor
    public void caller(LL_Result result) {
      waiting = true;
      Delay.upTo(LONGEST_DELAY);
      Thread.currentThread().interrupt();
      if (granted) {
        result.r1 = Thread.interrupted() ? "granted with flag" : "granted";
      } else {
        Thread.interrupted();
        Delay.holdOpen();
        queued = false;
        result.r1 = "thrown";
      }
    }

    @Actor
    public void timer() {
      while (!waiting) {
        Thread.onSpinWait();
      }
      Delay.upTo(LONGEST_DELAY);
      if (queued) {
        granted = true;
      }
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      result.r2 = granted ? "used" : "left";
    }
  }
}
