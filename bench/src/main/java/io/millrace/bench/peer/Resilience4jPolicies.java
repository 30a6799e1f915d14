package io.millrace.bench.peer;

import io.github.resilience4j.ratelimiter.RateLimiter;
import io.github.resilience4j.ratelimiter.RateLimiterConfig;
import io.github.resilience4j.retry.Retry;
import io.github.resilience4j.retry.RetryConfig;
import io.github.resilience4j.timelimiter.TimeLimiter;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BooleanSupplier;

/** Resilience4j. */
final class Resilience4jPolicies {
  private static final String NAME = "bench";
  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private Resilience4jPolicies() {}

  /** Its time limiter takes futures: a virtual thread runs each call. */
  static CallStack stack() {
    ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
    TimeLimiter limiter = TimeLimiter.of(CallStacks.TIMEOUT);
    return new ThreadLoops(
        "resilience4j",
        retriedAndPaced(
            TimeLimiter.decorateFutureSupplier(limiter, () -> threads.submit(ThreadLoops.CALL))));
  }

  /** Without its time limiter, which is what takes the thread. */
  static CallStack stackWithoutTimeout() {
    return new ThreadLoops("resilience4jUntimed", retriedAndPaced(ThreadLoops.CALL));
  }

  private static Callable<Integer> retriedAndPaced(Callable<Integer> call) {
    RetryConfig retry = RetryConfig.custom().maxAttempts(CallStacks.ATTEMPTS).build();
    return Retry.decorateCallable(
        Retry.of(NAME, retry),
        RateLimiter.decorateCallable(limiter(CallStacks.RATE, Duration.ofSeconds(1)), call));
  }

  static BooleanSupplier generousLimiter() {
    return limiter(CallStacks.RATE, Duration.ofSeconds(1))::acquirePermission;
  }

  /** It counts in fixed cycles. */
  static Pacer pacer() {
    return new PacedThreads(
        "resilience4j",
        pace -> {
          RateLimiter limiter =
              switch (pace) {
                case Pace.Even even -> limiter(1, even.period().dividedBy(even.permits()));
                case Pace.Window window -> limiter(window.permits(), window.period());
              };
          return limiter::acquirePermission;
        });
  }

  private static RateLimiter limiter(int permits, Duration cycle) {
    return RateLimiter.of(
        NAME,
        RateLimiterConfig.custom()
            .limitForPeriod(permits)
            .limitRefreshPeriod(cycle)
            .timeoutDuration(PATIENCE)
            .build());
  }
}
