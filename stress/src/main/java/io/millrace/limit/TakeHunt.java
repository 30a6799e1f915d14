package io.millrace.limit;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.plan.RateLimit;
import io.millrace.stress.HandClock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/** The interleaving: two callers ask for the last permit of a window, each sees it, each takes it. */
public final class TakeHunt {
  private TakeHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one has it")
  @Outcome(expect = FORBIDDEN, desc = "both have it, or nobody")
  public static class Sound {
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.window(2, Duration.ofSeconds(1)), new HandClock());

    public Sound() {
      limiter.tryAcquire();
    }

    @Actor
    public void first(ZZ_Result result) {
      result.r1 = limiter.tryAcquire();
    }

    @Actor
    public void second(ZZ_Result result) {
      result.r2 = limiter.tryAcquire();
    }
  }

  /** The same window without the lock. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "one has it")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "both have it, or nobody")
  public static class Racy {
    private final Bucket bucket = new WindowBucket(2, 1_000_000_000, 0);

    public Racy() {
      bucket.take(0, 1, 0);
    }

    private boolean tryTake() {
      if (bucket.availableAt(1) > 0) {
        return false;
      }
      bucket.take(0, 1, 0);
      return true;
    }

    @Actor
    public void first(ZZ_Result result) {
      result.r1 = tryTake();
    }

    @Actor
    public void second(ZZ_Result result) {
      result.r2 = tryTake();
    }
  }
}
