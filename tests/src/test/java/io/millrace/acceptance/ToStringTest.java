package io.millrace.acceptance;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.call.Call;
import io.millrace.call.Shape;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.Limits;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Backoff;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Jitter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.pool.WorkPool;
import io.millrace.scope.CancelScope;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a log says of something that was configured. */
class ToStringTest {
  private static void shows(String text, Object shown) {
    assertEquals(text, shown.toString());
  }

  @Test
  @DisplayName("L8: a Parallel shows its concurrency, and every option that is not as by default")
  void parallel() {
    shows("Parallel[concurrency=4]", Parallel.of());
    shows(
        "Parallel[concurrency=20, window=200, rateLimit=TokenBucket[permits=100.0, period=1s, burst=10.0],"
            + " retry=Retry[attempts=4], attemptTimeout=5s, stopToken, itemKey]",
        Parallel.of(20)
            .window(200)
            .rateLimit(RateLimit.perSecond(100).burst(10))
            .retry(Retry.ofAttempts(4))
            .attemptTimeout(ofSeconds(5))
            .stopToken(new StopToken())
            .itemKey(item -> item));
    shows(
        "Parallel[concurrency=4, workers=Caller[], concurrencyPerKey=2, shedAfter=1m, patience=for ever,"
            + " failurePolicy=StopAfter[failures=3], onProgress, onOutcome]",
        Parallel.of()
            .workers(Workers.caller())
            .concurrencyPerKey(2, item -> item)
            .shedAfter(ofMinutes(1))
            .patience(ChronoUnit.FOREVER.getDuration())
            .maxFailures(3)
            .onProgress((done, total) -> {})
            .onOutcome(outcome -> {}));
    shows(
        "Parallel[concurrency=4]",
        Parallel.of()
            .window(9)
            .withoutWindow()
            .failFast()
            .failurePolicy(new FailurePolicy.CollectAll()));
  }

  @Test
  @DisplayName("L8: a retry policy shows what it repeats, and how it waits")
  void retry() {
    shows("Retry[attempts=1]", Retry.none());
    shows(
        "Retry[attempts=3, on=[IOException], when, whenResult, backoff=Backoff[base=0.5s, factor=2.0, cap=30s,"
            + " jitter=EQUAL], serverWait]",
        Retry.ofAttempts(3)
            .on(IOException.class)
            .when(error -> true)
            .whenResult(result -> false)
            .serverWait((result, error, now) -> java.util.Optional.empty())
            .backoff(Backoff.exponential(ofMillis(500)).jitter(Jitter.EQUAL)));
    shows(
        "Retry[attempts=4, http[408, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524, 529]]",
        Retry.http());
    shows(
        "Retry[attempts=4, when, http[429, 500], maxServerWait=1m]",
        Retry.http(500).when(error -> true).maxServerWait(ofMinutes(1)));
    shows("Backoff[base=1s]", Backoff.fixed(ofSeconds(1)));
  }

  @Test
  @DisplayName("L8: limits and limiters show what they allow")
  void limits() {
    shows(
        "RateLimiter[TokenBucket[permits=1.0, period=1h]]",
        RateLimiter.of(RateLimit.per(1, ofHours(1))));
    shows(
        "PerKey[Budget[limits=[SlidingWindow[permits=2, length=1s], Spacing[gap=0.2s]]]]",
        RateLimit.all(RateLimit.window(2, ofSeconds(1)), RateLimit.spacing(ofMillis(200)))
            .by(item -> item));
    shows(
        "TokenBucket[permits=9.0, period=1s, burst=9.0, cost=Cost[by item, settled]]",
        RateLimit.perSecond(9)
            .burst(9)
            .costing((String item) -> 2)
            .settling((String item, String value) -> 1));
    shows("Throttle[1s]", Limits.throttle(ofSeconds(1)));
  }

  @Test
  @DisplayName("L8: functions, calls, task options and pools show their options")
  void others() throws Exception {
    Parallel parallel = Parallel.of(2);
    shows("ParallelFunction[Parallel[concurrency=2]]", parallel.function(item -> item));
    shows("PairFunction[Parallel[concurrency=2]]", parallel.spread((a, b) -> a));
    shows(
        "Call[Parallel[concurrency=2], input=Shape[flat, withoutNulls, unique], function]",
        Call.of(parallel, item -> item).input(Shape.sanitized().unique()));
    shows("TaskOptions[]", TaskOptions.none());
    shows(
        "TaskOptions[retry=Retry[attempts=2], timeout=1s, semaphore=WeightedSemaphore[3 permits, 0 waiting]]",
        TaskOptions.none()
            .retry(Retry.ofAttempts(2))
            .timeout(ofSeconds(1))
            .semaphore(WeightedSemaphore.bounded(3)));
    shows("CancelScope[deadline=2s, shielded]", CancelScope.withTimeout(ofSeconds(2)).shielded());
    WorkPool pool = WorkPool.of(parallel);
    shows("WorkPool[Parallel[concurrency=2], not started]", pool);
    pool.submit(() -> 1).result();
    assertTrue(pool.toString().contains("running"), pool.toString());
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName("L8: no option shows the hash of a function or an object")
  void noHashes() {
    for (Object shown :
        List.of(
            Parallel.of().rateLimit(RateLimiter.of(RateLimit.unlimited())),
            Parallel.of().<Integer, Integer>function(item -> item).orElse(1),
            Parallel.of().retry(Retry.http()).rateLimit(RateLimit.perHour(1).by(item -> item)))) {
      assertFalse(shown.toString().contains("@"), shown.toString());
      assertFalse(shown.toString().contains("Lambda"), shown.toString());
    }
  }
}
