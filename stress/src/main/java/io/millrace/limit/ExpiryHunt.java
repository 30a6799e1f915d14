package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.limit.spi.Waiting;
import io.millrace.plan.RateLimit;
import io.millrace.stress.HandClock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/** The interleaving: the time of a caller is up just when its permit comes. One of them wins. */
public final class ExpiryHunt {
  private static final long GAP = 10;

  private ExpiryHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "granted, used", expect = ACCEPTABLE, desc = "the grant came first")
  @Outcome(id = "refused, left", expect = ACCEPTABLE, desc = "the timeout came first")
  @Outcome(expect = FORBIDDEN, desc = "the permit is lost or doubled")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofNanos(GAP)), clock);
    private final ParkedThread thread = new ParkedThread(clock, () -> {});
    private final Waiting place;

    public Sound() {
      limiter.tryAcquire();
      place = limiter.queue().enqueue(limiter.queue().demand(null), thread);
      clock.set(GAP);
    }

    @Actor
    public void timer() {
      clock.fire();
    }

    @Actor
    public void expiry() {
      thread.expire(place);
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      clock.fire();
      try {
        result.r1 = thread.await(place) ? "granted" : "refused";
      } catch (InterruptedException stray) {
        result.r1 = "interrupted";
      }
      result.r2 = limiter.tryAcquire() ? "left" : "used";
    }
  }

  /** Both look whether it still waits, and then decide. */
  @JCStressTest
  @State
  @Outcome(id = "granted, used", expect = ACCEPTABLE, desc = "the grant came first")
  @Outcome(id = "refused, left", expect = ACCEPTABLE, desc = "the timeout came first")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the permit is lost or doubled")
  public static class Racy {
    private volatile String state = "waiting";
    private volatile boolean used;

    @Actor
    public void timer() {
      if (state.equals("waiting")) {
        used = true;
        state = "granted";
      }
    }

    @Actor
    public void expiry() {
      if (state.equals("waiting")) {
        state = "refused";
      }
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      result.r1 = state;
      result.r2 = used ? "used" : "left";
    }
  }
}
