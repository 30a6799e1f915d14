package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofNanos;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.ShedException;
import io.millrace.outcome.Success;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.StopToken;
import io.millrace.plan.Truncation;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is promised about items that would wait too long. Calls take no time, unless a test says otherwise. */
@NoLeaks
class ShedTest {
  private final ManualClock clock = ManualClock.jumping();
  private final long start = clock.nanoTime();
  private final List<String> starts = Collections.synchronizedList(new ArrayList<>());

  @AfterEach
  void close() {
    clock.close();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency).clock(clock).window(100);
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private Duration now() {
    return ofNanos(clock.nanoTime() - start);
  }

  private Action<Integer, Integer> noting() {
    return item -> {
      starts.add(item + "@" + now().toMillis());
      return item;
    };
  }

  private static void areShed(List<? extends Failure<?, ?>> failures, int count) {
    assertEquals(count, failures.size());
    failures.forEach(failure -> assertInstanceOf(ShedException.class, failure.error()));
  }

  @Test
  @DisplayName("R9: a permit that comes just in time is waited for; one that comes later is not")
  void theLastMoment() {
    Parallel parallel = parallel(2).rateLimit(RateLimit.perSecond(1));
    Results<Integer, Integer> inTime = parallel.shedAfter(ofSeconds(1)).map(items(2), noting());
    assertEquals(2, inTime.successes().size());
    assertEquals(ofSeconds(1), now());
    Results<Integer, Integer> late =
        parallel.shedAfter(ofSeconds(1).minusNanos(1)).map(items(2), noting());
    areShed(late.failures(), 1);
    assertEquals(ofSeconds(1), now(), "it is shed at once");
    assertEquals(RunStatus.COMPLETED, late.status());
  }

  @Test
  @DisplayName("R9: behind others an item waits as long as it may, and no longer")
  void behindOthers() {
    Results<Integer, Integer> results =
        parallel(1)
            .rateLimit(RateLimit.perSecond(1))
            .shedAfter(ofMillis(2_500))
            .map(items(10), noting());
    assertEquals(List.of("0@0", "1@1000", "2@2000"), starts);
    areShed(results.failures(), 7);
    assertEquals(ofMillis(2_500).plusNanos(1), now(), "longer than 2.5 s");
  }

  @Test
  @DisplayName("R9: at zero nothing waits: what cannot begin at once is shed")
  void zero() {
    Results<Integer, Integer> results =
        parallel(4)
            .rateLimit(RateLimit.perSecond(1).burst(3))
            .shedAfter(ZERO)
            .map(items(10), noting());
    assertEquals(3, results.successes().size());
    areShed(results.failures(), 7);
    assertEquals(ZERO, now());
  }

  @Test
  @DisplayName("R9: a wait for ever sheds nothing, nor does one without a limit")
  void never() {
    Parallel parallel = parallel(4).shedAfter(ZERO);
    assertEquals(10, parallel.map(items(10), noting()).successes().size());
    Results<Integer, Integer> results =
        parallel
            .rateLimit(RateLimit.perSecond(1))
            .shedAfter(ChronoUnit.FOREVER.getDuration())
            .map(items(10), noting());
    assertEquals(10, results.successes().size());
  }

  @Test
  @DisplayName("R9: a pause that is longer sheds at once, and everything")
  void pauses() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.unlimited(), clock);
    limiter.pause(ofSeconds(5));
    Parallel parallel = parallel(4).rateLimit(limiter).shedAfter(ofSeconds(4));
    areShed(parallel.map(items(10), noting()).failures(), 10);
    assertEquals(ZERO, now());
    clock.sleep(ofSeconds(1));
    assertEquals(10, parallel.map(items(10), noting()).successes().size());
    assertEquals(ofSeconds(5), now());
  }

  @Test
  @DisplayName("R9: an open breaker sheds at once if its pause is longer than items may wait")
  void breakers() {
    RateLimiter breaker = RateLimiter.of(RateLimit.breaker(0.5, 2, ofSeconds(10)), clock);
    Parallel parallel = parallel(1).rateLimit(breaker);
    parallel.map(
        items(2),
        item -> {
          throw new IOException("down");
        });
    areShed(parallel.shedAfter(ofSeconds(9)).map(items(3), noting()).failures(), 3);
    assertEquals(ZERO, now());
    assertEquals(3, parallel.shedAfter(ofSeconds(11)).map(items(3), noting()).successes().size());
  }

  @Test
  @DisplayName("R9: a retry has a wait of its own; the errors of the attempts are kept")
  void retries() {
    AtomicInteger calls = new AtomicInteger();
    Results<Integer, Integer> results =
        parallel(1)
            .rateLimit(RateLimit.perSecond(1))
            .retry(Retry.ofAttempts(9).backoff(Backoff.fixed(ofMillis(100))))
            .shedAfter(ofMillis(950))
            .map(
                items(1),
                item -> {
                  if (calls.incrementAndGet() == 3) {
                    clock.sleep(ofMillis(1)); // then it comes 1 ms after its permit was taken
                  }
                  throw new IOException("call " + calls);
                });
    assertEquals(9, calls.get(), "900 ms are left of each second, and a backoff is no wait");
    assertEquals(0, results.successes().size());

    Results<Integer, Integer> hasty =
        parallel(1)
            .rateLimit(RateLimit.perSecond(1))
            .retry(Retry.ofAttempts(9).backoff(Backoff.none()))
            .shedAfter(ofMillis(950))
            .map(
                items(1),
                item -> {
                  throw new IOException("call");
                });
    areShed(hasty.failures(), 1);
    assertEquals(1, hasty.failures().getFirst().attempts());
    assertEquals("call", hasty.failures().getFirst().error().getSuppressed()[0].getMessage());
  }

  @Test
  @DisplayName("R9: what is kept waiting for its key and then for a permit has one wait")
  void oneWaitForAll() {
    Results<Integer, Integer> results =
        parallel(4)
            .concurrencyPerKey(1, (Integer item) -> "one")
            .rateLimit(RateLimit.perSecond(1))
            .shedAfter(ofMillis(1_500))
            .map(
                items(2),
                item -> {
                  clock.sleep(ofMillis(700));
                  return item;
                });
    assertEquals(2, results.successes().size(), "0.7 s for the key, 0.3 s for the permit");
    Results<Integer, Integer> shorter =
        parallel(4)
            .concurrencyPerKey(1, (Integer item) -> "one")
            .rateLimit(RateLimit.perSecond(1))
            .shedAfter(ofMillis(900))
            .map(
                items(2),
                item -> {
                  clock.sleep(ofMillis(700));
                  return item;
                });
    areShed(shorter.failures(), 1);
  }

  @Test
  @DisplayName("R9, A61: no slot is kept or needed: items are shed while all slots are busy")
  void withoutASlot() {
    clock
        .announced(this::shedBesideBusySlots)
        .run(); // so time does not go on while this thread looks
  }

  private void shedBesideBusySlots() {
    try (var run =
        parallel(2)
            .concurrencyPerKey(1, (Integer item) -> item < 2 ? "a" : "b")
            .shedAfter(ofSeconds(1))
            .start(
                items(3),
                item -> {
                  clock.sleep(ofSeconds(30));
                  return item;
                })) {
      var first = run.take().orElseThrow();
      assertEquals(ofSeconds(1).plusNanos(1), now());
      assertInstanceOf(ShedException.class, ((Failure<?, ?>) first).error());
      assertTrue(first.index() < 2, "one of those with the same key");
      assertTrue(run.take().orElseThrow() instanceof Success);
      assertTrue(run.take().orElseThrow() instanceof Success);
      assertEquals(ofSeconds(30), now());
    }
  }

  @Test
  @DisplayName("R9: a shed item is a failure to the policy, has no event, and is never retried")
  void asAFailure() {
    List<AttemptEvent> events = Collections.synchronizedList(new ArrayList<>());
    Parallel parallel =
        parallel(1)
            .rateLimit(RateLimit.perHour(1))
            .retry(Retry.ofAttempts(5))
            .shedAfter(ofMinutes(1))
            .onAttempt(events::add);
    Results<Integer, Integer> results = parallel.map(items(3), noting());
    areShed(results.failures(), 2);
    assertEquals(1, events.size(), () -> "only the start of the first: " + events);
    Results<Integer, Integer> aborted = parallel.maxFailures(1).map(items(5), noting());
    assertEquals(RunStatus.ABORTED, aborted.status());
    assertThrows(ShedException.class, () -> parallel.failFast().map(items(3), noting()));
  }

  @Test
  @DisplayName("R9: a value may take the place of a shed item")
  void aSubstitute() {
    var function =
        parallel(1).rateLimit(RateLimit.perHour(1)).shedAfter(ofMinutes(1)).function(noting());
    List<Integer> values = function.orElse(-1).map(items(3)).values();
    assertEquals(List.of(0, -1, -1), values);
  }

  @Test
  @DisplayName("R9, M1: a monitor counts what is shed as one cause, which says what it is")
  void monitored() {
    Monitor monitor = Monitor.of();
    Results<Integer, Integer> results =
        parallel(2)
            .monitor(monitor)
            .rateLimit(RateLimit.perHour(1).burst(4))
            .shedAfter(ofSeconds(90))
            .map(items(10), noting());
    var groups = monitor.snapshot().failures().groups();
    assertEquals(1, groups.size(), groups::toString);
    assertEquals(6, groups.getFirst().count());
    assertEquals(
        "ShedException: not called: it would have waited for longer than 1m30s",
        groups.getFirst().cause());
    assertEquals(6, results.report().groups().getFirst().count());
  }

  @Test
  @DisplayName("R9: a stop ends the waits of items that may be shed later, and they are not run")
  void stopped() throws Exception {
    StopToken token = new StopToken();
    try (ManualClock still = new ManualClock();
        var run =
            Parallel.of(2)
                .clock(still)
                .window(100)
                .rateLimit(RateLimit.perHour(1))
                .shedAfter(ofHours(3))
                .stopToken(token)
                .truncation(Truncation.SILENT)
                .start(items(5), item -> item)) {
      still.awaitTimers(4); // three that wait with a deadline and the limit's, at least
      token.stop();
      List<Outcome<Integer, Integer>> outcomes = run.stream().toList();
      assertEquals(4, outcomes.stream().filter(NotRun.class::isInstance).count());
    }
  }

  @Test
  @DisplayName("R9, AF2: a task of an executor is shed at its semaphore and at the limit")
  void tasks() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch submitted = new CountDownLatch(1);
    WeightedSemaphore one = WeightedSemaphore.bounded(1);
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(4).clock(clock).shedAfter(ofSeconds(2)))) {
      TaskOptions options = TaskOptions.none().semaphore(one);
      ExecutorFuture<Integer> first =
          executor.submit(
              () -> {
                begun.countDown();
                submitted.await();
                clock.sleep(ofSeconds(5));
                return 1;
              },
              options);
      begun.await();
      ExecutorFuture<Integer> second = executor.submit(() -> 2, options);
      submitted.countDown();
      ExecutionException wrapper = assertThrows(ExecutionException.class, second::get);
      assertInstanceOf(ShedException.class, wrapper.getCause());
      assertEquals(1, first.get());
      assertEquals(3, executor.submit(() -> 3, options).get());
    }
    assertTrue(one.tryAcquire());
    assertFalse(one.tryAcquire());
  }
}
