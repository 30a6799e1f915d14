package io.millrace.bench.peer;

import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeExecutor;
import dev.failsafe.RateLimiter;
import dev.failsafe.RetryPolicy;
import dev.failsafe.Timeout;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Failsafe. */
final class FailsafePolicies {
  private FailsafePolicies() {}

  static CallStack stack() {
    FailsafeExecutor<Integer> failsafe =
        Failsafe.with(
            RetryPolicy.<Integer>builder().withMaxAttempts(CallStacks.ATTEMPTS).build(),
            RateLimiter.<Integer>burstyBuilder(CallStacks.RATE, Duration.ofSeconds(1)).build(),
            Timeout.<Integer>builder(CallStacks.TIMEOUT).withInterrupt().build());
    return new ThreadLoops("failsafe", () -> failsafe.get(ThreadLoops.CALL::call));
  }

  static BooleanSupplier generousLimiter() {
    RateLimiter<Object> limiter =
        RateLimiter.burstyBuilder(CallStacks.RATE, Duration.ofSeconds(1)).build();
    return limiter::tryAcquirePermit;
  }

  static Pacer pacer() {
    return new PacedThreads(
        "failsafe",
        pace -> {
          RateLimiter<Object> limiter =
              switch (pace) {
                case Pace.Even even ->
                    RateLimiter.smoothBuilder(even.permits(), even.period()).build();
                case Pace.Window window ->
                    RateLimiter.burstyBuilder(window.permits(), window.period()).build();
              };
          return limiter::acquirePermit;
        });
  }
}
