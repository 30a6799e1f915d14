package io.millrace.examples.peers;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.ParallelFunction;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.QueueLimit;
import io.millrace.limit.Limits;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.ShedException;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.pool.Work;
import io.millrace.testkit.ManualClock;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class JavaPeersTest {
  private final List<String> urls = List.of("/a", "/bb", "/ccc");
  private final AtomicInteger calls = new AtomicInteger();

  private Integer fetch(String url) throws IOException {
    calls.incrementAndGet();
    if (url.equals("/broken")) {
      throw new IOException("broken");
    }
    if (url.equals("/missing")) {
      throw new FileNotFoundException(url);
    }
    return url.length();
  }

  @Test
  void executorsAndFutures() throws Exception {
    assertEquals(List.of(2, 3, 4), Parallel.of(20).map(urls, this::fetch).values());

    List<Callable<Integer>> tasks = List.of(() -> 1, () -> 2, () -> 3);
    assertEquals(List.of(1, 2, 3), Work.collect(tasks, 20));

    try (var executor = ParallelExecutor.of(20)) {
      assertEquals(3, executor.invokeAll(tasks).size());
      assertEquals(2, executor.submit(() -> fetch("/a")).result());
    }
    assertThrows(
        FailedItemsException.class,
        () -> Parallel.of(4).map(List.of("/a", "/broken"), this::fetch).values());
  }

  @Test
  void oneCallWithEverything() throws Exception {
    // @start region="resilience"
    ParallelFunction<String, Integer> fetching =
        Parallel.of()
            .rateLimit(
                RateLimit.all(
                    RateLimit.perSecond(50).burst(10),
                    RateLimit.breaker(0.5, 20, ofSeconds(10)).failing()))
            .shedAfter(ofMillis(500)) // timeoutDuration of the rate limiter
            .retry(Retry.ofAttempts(3).on(IOException.class).backoff(Backoff.fixed(ofMillis(1))))
            .attemptTimeout(ofSeconds(2)) // TimeLimiter
            .function(Limits.maxConcurrent(8).wrap(this::fetch)) // Bulkhead
            .orElse(-1); // the fallback

    int length = fetching.call("/bb"); // from any thread, as often as you like
    // @end
    assertEquals(3, length);
    assertEquals(-1, fetching.call("/broken"));
    assertEquals(4, calls.get());
  }

  @Test
  void limits() {
    try (var clock = ManualClock.jumping()) {
      var parallel = Parallel.of(20).clock(clock).rateLimit(RateLimit.window(50, ofSeconds(1)));
      assertTrue(parallel.map(IntStream.range(0, 120).boxed(), i -> i).ok());
      assertEquals(ofSeconds(2), clock.elapsed());
    }
    try (var clock = ManualClock.jumping()) {
      var results =
          Parallel.of(1)
              .clock(clock)
              .rateLimit(1)
              .shedAfter(ofMillis(500))
              .map(List.of("/a", "/bb"), this::fetch);
      assertInstanceOf(ShedException.class, results.failures().getFirst().error());
    }
  }

  @Test
  void retries() {
    var parallel =
        Parallel.of(4)
            .retry(
                Retry.ofAttempts(3)
                    .backoff(Backoff.fixed(ofMillis(1)))
                    .when(error -> !(error instanceof FileNotFoundException)));
    assertEquals(2, parallel.map(List.of("/missing", "/broken"), this::fetch).failures().size());
    assertEquals(4, calls.get());

    var doubling = Retry.ofAttempts(3).backoff(Backoff.exponential(ofMillis(1)).cap(ofSeconds(30)));
    var polling = doubling.whenResult((Integer length) -> length == 0);
    var recovering = Parallel.of(4).retry(polling).itemTimeout(ofMinutes(1)).function(this::fetch);
    assertEquals(
        List.of(-6),
        recovering
            .orElseGet(error -> -error.getMessage().length())
            .map(List.of("/broken"))
            .values());
  }

  @Test
  void permits() throws InterruptedException {
    var limiter = RateLimiter.of(RateLimit.perSecond(50).burst(50));
    limiter.acquire();
    assertTrue(limiter.tryAcquire(ofMillis(100)));
    limiter.limit(RateLimit.perSecond(20).burst(20));

    // @start region="permits"
    var permits =
        RateLimiter.of(RateLimit.perSecond(50).burst(50).costing((Integer number) -> number));
    permits.acquireFor(20); // 20 permits
    boolean more = permits.tryAcquireFor(40);
    // @end
    assertFalse(more);

    assertTrue(RateLimiter.of(RateLimit.perMinute(100).burst(100)).tryAcquire());
    var both = RateLimit.all(RateLimit.perSecond(10), RateLimit.perHour(1_000).burst(1_000));
    assertTrue(RateLimiter.of(both).tryAcquire());
  }

  @Test
  void aBoundedQueue() throws InterruptedException {
    try (var executor =
        ParallelExecutor.of(Parallel.of(8), QueueLimit.rejecting(30), ofSeconds(2))) {
      executor.pause();
      assertThrows(
          RejectedExecutionException.class,
          () -> {
            for (int task = 0; task < 100; task++) {
              executor.submit(() -> fetch("/a"));
            }
          });
    }
  }

  @Test
  void steps() {
    Iterator<String> rows = urls.iterator();
    Source<String> reader =
        Source.supplying(() -> rows.hasNext() ? Optional.of(rows.next()) : Optional.empty());
    var parallel = Parallel.of(8);
    List<Integer> sizes = new ArrayList<>();
    try (var chunks = parallel.batches(reader, 2, this::fetch)) {
      chunks.forEach(chunk -> sizes.add(chunk.size()));
    }
    assertEquals(List.of(2, 1), sizes);

    var skipping = Parallel.of(1).maxFailures(2);
    assertEquals(RunStatus.COMPLETED, skipping.map(List.of("/broken", "/a"), this::fetch).status());
    var results = skipping.map(List.of("/broken", "/broken", "/a"), this::fetch);
    assertEquals(RunStatus.ABORTED, results.status());
  }

  @Test
  void operators() {
    List<Object> got = new ArrayList<>();
    Action<String, Integer> action = this::fetch;
    try (var outcomes = Parallel.of(16).stream(urls, action)) {
      outcomes.map(Outcome::value).forEach(got::add);
    }
    try (var outcomes = Parallel.of(16).ordered().stream(urls, action)) {
      outcomes.map(Outcome::value).forEach(got::add);
    }
    assertEquals(6, got.size());
    assertEquals(List.of(2, 3, 4), got.subList(3, 6));
    var perKey = Parallel.of(16).concurrencyPerKey(2, String::length).window(200);
    assertTrue(perKey.attemptTimeout(Duration.ofSeconds(5)).map(urls, action).ok());
  }
}
