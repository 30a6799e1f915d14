package io.millrace.acceptance;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.Run;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.RecordedCall;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is promised about limits: how many at once, how often, and when everybody has to wait. */
@NoLeaks
class LimitsTest {
  private final ManualClock clock = ManualClock.jumping();
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);

  @AfterEach
  void close() {
    clock.close();
  }

  private static List<Integer> items(int count) {
    return IntStream.range(0, count).boxed().toList();
  }

  private Parallel parallel(int concurrency) {
    return Parallel.of(concurrency).clock(clock);
  }

  private List<Duration> starts() {
    return action.calls().stream().map(RecordedCall::start).sorted().toList();
  }

  private static List<Duration> everyMillis(int step, int count) {
    return IntStream.range(0, count).mapToObj(i -> ofMillis((long) step * i)).toList();
  }

  @DisplayName("PY2, I1: exactly as many run at once as the concurrency says")
  @ParameterizedTest(name = "{displayName}: {0}")
  @ValueSource(ints = {1, 2, 7, 100})
  void exactlyAsManyRunAtOnceAsTheConcurrencySays(int concurrency) {
    action.takes(ofSeconds(1)).returns(1);
    parallel(concurrency).map(items(3 * concurrency), action);
    assertEquals(concurrency, action.maxRunning());
    assertEquals(ofSeconds(3), clock.elapsed());
  }

  @Test
  @DisplayName("PY2: the default concurrency is 4")
  void theDefaultConcurrencyIsFour() {
    action.takes(ofSeconds(1)).returns(1);
    Parallel.of().clock(clock).map(items(12), action);
    assertEquals(4, action.maxRunning());
  }

  @Test
  @DisplayName("A10, PY3, I5: every attempt takes a permit, retries included")
  void everyAttemptTakesAPermit() {
    action.fails(new IOException("busy"), 3).returns(1);
    Parallel parallel =
        parallel(2).rateLimit(10).retry(Retry.ofAttempts(4).backoff(Backoff.none()));
    assertTrue(parallel.map(items(1), action).ok());
    assertEquals(everyMillis(100, 4), action.startsOf(0));
  }

  @Test
  @DisplayName("A10, I5: permits of retries and of fresh items come from the same limit")
  void retriesAndFreshItemsShareTheLimit() {
    action.item(0).fails(new IOException("busy"), 3).returns(1).anyItem().returns(1);
    Parallel parallel =
        parallel(2).rateLimit(10).retry(Retry.ofAttempts(4).backoff(Backoff.none()));
    assertTrue(parallel.map(items(5), action).ok());
    assertEquals(everyMillis(100, 8), starts());
  }

  @Test
  @DisplayName("PY3: a limit is so many a second, a minute or an hour, with a burst, or a number")
  void aLimitIsSoManyATime() {
    action.returns(1);
    parallel(4).rateLimit(RateLimit.perSecond(2)).map(items(2), action);
    parallel(4).rateLimit(RateLimit.perMinute(2)).map(items(2), action);
    parallel(4).rateLimit(RateLimit.perHour(2)).map(items(2), action);
    parallel(4).rateLimit(RateLimit.perHour(2).burst(3)).map(items(4), action);
    parallel(4).rateLimit(4).map(items(2), action);
    long at = 0;
    List<Duration> expected = new ArrayList<>();
    for (long gap : new long[] {500, 30_000, 1_800_000}) {
      expected.add(ofMillis(at));
      at += gap;
      expected.add(ofMillis(at));
    }
    expected.addAll(Collections.nCopies(3, ofMillis(at)));
    at += 1_800_000;
    expected.add(ofMillis(at));
    expected.add(ofMillis(at));
    expected.add(ofMillis(at + 250));
    assertEquals(expected, starts());
  }

  @Test
  @DisplayName("A12, PY14: who waits for a permit stays held when a longer pause begins")
  void whoWaitsStaysHeldWhenALongerPauseBegins() {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    action
        .item(0)
        .computes(
            item -> {
              clock.schedule(clock.nanoTime() + 500_000_000, () -> limiter.pause(ofSeconds(10)));
              clock.schedule(clock.nanoTime() + 800_000_000, () -> limiter.pause(ofSeconds(2)));
              return 1;
            })
        .anyItem()
        .returns(1);
    parallel(1).window(4).rateLimit(limiter).map(items(4), action);
    assertEquals(
        List.of(Duration.ZERO, ofMillis(10_500), ofMillis(11_500), ofMillis(12_500)), starts());
  }

  @Test
  @DisplayName("A12: a thread that waits in acquire stays held when a longer pause begins")
  void aThreadThatWaitsInAcquireStaysHeld() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    clock.enter(); // time stands until somebody waits
    limiter.acquire();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?> waiting = threads.submit(() -> acquireQuietly(limiter));
      clock.awaitTimers(1);
      clock.schedule(clock.nanoTime() + 500_000_000, () -> limiter.pause(ofSeconds(10)));
      clock.exit();
      waiting.get();
    }
    assertEquals(ofMillis(10_500), clock.elapsed());
  }

  @DisplayName("A14, PY14: a 429 with Retry-After holds everybody, also on an item's last attempt")
  @ParameterizedTest(name = "{displayName}: {0} attempts")
  @ValueSource(ints = {1, 2})
  void aRetryAfterOnTheLastAttemptHoldsEverybody(int attempts) {
    ScriptedAction<Integer, Reply> server = ScriptedAction.on(clock);
    for (int call = 0; call < attempts; call++) {
      server.item(0).returns(Reply.tooManyRequests("7"));
    }
    server.anyItem().returns(Reply.ok());
    RateLimiter shared = RateLimiter.of(RateLimit.unlimited(), clock);
    Parallel parallel =
        parallel(1)
            .rateLimit(shared)
            .retry(Retry.http().attempts(attempts).backoff(Backoff.none()))
            .window(1);
    assertEquals(1, parallel.map(items(2), server).failures().size());
    assertEquals(attempts, server.callsOf(0).size());
    assertEquals(List.of(ofSeconds(7L * attempts)), server.startsOf(1));
  }

  @Test
  @DisplayName("A14: the pause after a last attempt holds other calls that share the limiter")
  void thePauseAfterALastAttemptHoldsOtherCalls() {
    ScriptedAction<Integer, Reply> server = ScriptedAction.on(clock);
    server.returns(Reply.tooManyRequests("7"));
    RateLimiter shared = RateLimiter.of(RateLimit.unlimited(), clock);
    parallel(1).rateLimit(shared).retry(Retry.http().attempts(1)).map(items(1), server);
    action.returns(1);
    parallel(3).rateLimit(shared).map(items(1), action);
    assertEquals(List.of(ofSeconds(7)), starts());
  }

  @Test
  @DisplayName("A15: eight workers that share a limiter fall silent after one 429")
  void eightWorkersFallSilentAfterOne429() {
    List<Duration> arrivals = Collections.synchronizedList(new ArrayList<>());
    AtomicInteger refused = new AtomicInteger();
    Duration limitedFrom = ofMillis(200);
    Duration limitedUntil = ofMillis(1_200);
    Action<Integer, Reply> server =
        item -> {
          Duration now = clock.elapsed();
          arrivals.add(now);
          boolean limited = now.compareTo(limitedFrom) >= 0 && now.compareTo(limitedUntil) < 0;
          clock.sleep(ofMillis(10));
          if (limited) {
            refused.incrementAndGet();
            return Reply.tooManyRequests("1");
          }
          return Reply.ok();
        };
    RateLimiter shared = RateLimiter.of(RateLimit.perSecond(500), clock);
    Results<Integer, Reply> results =
        parallel(8).rateLimit(shared).retry(Retry.http()).map(items(400), server);
    assertTrue(results.ok());
    assertTrue(refused.get() >= 1 && refused.get() <= 8, () -> refused + " refused");
    List<Duration> sorted = arrivals.stream().sorted().toList();
    Duration silence =
        IntStream.range(1, sorted.size())
            .mapToObj(i -> sorted.get(i).minus(sorted.get(i - 1)))
            .max(Duration::compareTo)
            .orElseThrow();
    assertTrue(silence.compareTo(ofMillis(800)) >= 0, () -> "silence of only " + silence);
  }

  @Test
  @DisplayName("A52, AX4: two in any second and 0.2 s apart start at 0, .2, 1, 1.2, 2, ...")
  void aWindowAndASpacingHoldTogether() {
    action.returns(1);
    RateLimit limit =
        RateLimit.all(RateLimit.window(2, ofSeconds(1)), RateLimit.spacing(ofMillis(200)));
    parallel(4).rateLimit(limit).map(items(10), action);
    List<Duration> expected =
        IntStream.range(0, 5)
            .boxed()
            .flatMap(s -> Stream.of(ofSeconds(s), ofSeconds(s).plusMillis(200)))
            .toList();
    assertEquals(expected, starts());
  }

  @Test
  @DisplayName(
      "L3: a limit for all and one for each key hold together, and who waits holds no worker")
  void aLimitForAllAndOneForEachKeyHoldTogether() {
    action.returns(1);
    RateLimit limit =
        RateLimit.all(
            RateLimit.per(1, ofSeconds(1)),
            RateLimit.per(1, ofSeconds(10)).by((Integer item) -> item % 10));
    parallel(1).rateLimit(limit).window(10).map(List.of(1, 11, 21, 2, 3), action);
    assertEquals(
        List.of(1, 2, 3, 11, 21), action.calls().stream().map(RecordedCall::item).toList());
    assertEquals(
        List.of(0L, 1L, 2L, 10L, 20L),
        action.calls().stream().map(call -> call.start().toSeconds()).toList());
  }

  @Test
  @DisplayName(
      "L3: a rate for all, a rate for each key and a concurrency for each key hold together")
  void anyMixOfLimits() {
    action.takes(ofSeconds(4)).returns(1);
    RateLimit limit =
        RateLimit.all(
            RateLimit.per(1, ofSeconds(1)),
            RateLimit.per(1, ofSeconds(2)).by((Integer item) -> item % 10));
    parallel(10)
        .rateLimit(limit)
        .concurrencyPerKey(1, (Integer item) -> item % 10)
        .map(List.of(1, 11, 2, 12), action);
    assertEquals(
        List.of(0L, 1L, 4L, 5L),
        action.calls().stream().map(call -> call.start().toSeconds()).toList());
  }

  @Test
  @DisplayName("A54, PY14: calls from two threads, one of them asynchronous, share one limiter")
  void callsFromTwoThreadsShareOneLimiter() throws Exception {
    action.returns(1);
    RateLimiter shared = RateLimiter.of(RateLimit.perSecond(10), clock);
    Parallel parallel = parallel(3).rateLimit(shared);
    Action<Integer, Integer> async =
        Action.awaiting(
            item -> {
              try {
                return CompletableFuture.completedFuture(action.apply(item));
              } catch (Exception failed) {
                return CompletableFuture.failedFuture(failed);
              }
            });
    clock.enter(); // time stands until both have begun
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<Run<Integer, Integer>> first = threads.submit(() -> parallel.start(items(5), action));
      Future<Run<Integer, Integer>> second = threads.submit(() -> parallel.start(items(5), async));
      try (Run<Integer, Integer> one = first.get();
          Run<Integer, Integer> other = second.get()) {
        clock.exit();
        assertEquals(5, one.stream().filter(outcome -> outcome.isSuccess()).count());
        assertEquals(5, other.stream().filter(outcome -> outcome.isSuccess()).count());
      }
    }
    assertEquals(everyMillis(100, 10), starts());
  }

  @Test
  @DisplayName("A56, LF6: a minimum spacing used by eight workers at once spaces their calls")
  void aSpacingUsedByEightWorkersSpacesTheirCalls() {
    action.takes(ofSeconds(10)).returns(1);
    RateLimiter throttle = RateLimiter.of(RateLimit.spacing(ofMillis(50)), clock);
    parallel(8).rateLimit(throttle).map(items(8), action);
    assertEquals(everyMillis(50, 8), starts());
    assertEquals(8, action.maxRunning());
  }

  @Test
  @DisplayName("A56, LF6: a minimum spacing used by eight plain threads at once spaces them")
  void aSpacingUsedByEightThreadsSpacesThem() throws Exception {
    Duration period = ofMillis(5);
    long start = System.nanoTime();
    RateLimiter throttle = RateLimiter.of(RateLimit.spacing(period));
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Long>> ends = new ArrayList<>();
      for (int thread = 0; thread < 8; thread++) {
        ends.add(
            threads.submit(
                () -> {
                  throttle.acquire();
                  return System.nanoTime() - start;
                }));
      }
      List<Long> sorted = new ArrayList<>();
      for (Future<Long> end : ends) {
        sorted.add(end.get());
      }
      Collections.sort(sorted);
      for (int thread = 0; thread < 8; thread++) { // threads may wake late, but never early
        assertTrue(sorted.get(thread) >= thread * period.toNanos(), () -> "ended at " + sorted);
      }
    }
  }

  @Test
  @DisplayName("A57, LF1: a minimum spacing on a map spaces the starts")
  void aSpacingOnAMapSpacesTheStarts() {
    action.takes(ofSeconds(1)).returns(1);
    parallel(100).rateLimit(RateLimit.spacing(ofMillis(300))).map(items(6), action);
    assertEquals(everyMillis(300, 6), starts());
  }

  @Test
  @DisplayName("PY14: who waits for a permit is served first come, first served")
  void whoWaitsIsServedFirstComeFirstServed() {
    action.returns(1);
    parallel(1).window(40).rateLimit(RateLimit.perSecond(10)).map(items(40), action);
    assertEquals(items(40), action.calls().stream().map(RecordedCall::item).toList());
  }

  @Test
  @DisplayName("PY14: a waiter that is cancelled frees no slot and shifts nobody forward")
  void aCancelledWaiterShiftsNobodyForward() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(1), clock);
    clock.enter(); // time stands until the first waiter is gone
    limiter.acquire();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      Thread cancelled = Thread.ofVirtual().unstarted(() -> acquireQuietly(limiter));
      cancelled.start();
      clock.awaitTimers(1);
      Future<?> patient = threads.submit(() -> acquireQuietly(limiter));
      cancelled.interrupt();
      cancelled.join();
      clock.exit();
      patient.get();
      assertEquals(ofSeconds(1), clock.elapsed());
      limiter.acquire();
      assertEquals(ofSeconds(2), clock.elapsed());
    }
  }

  private static void acquireQuietly(RateLimiter limiter) {
    try {
      limiter.acquire();
    } catch (InterruptedException cancelled) {
      // that is the test
    }
  }

  @Test
  @DisplayName(
      "E8: a reader of answers that answers null teaches its limit nothing, and costs no item")
  @SuppressWarnings("NullAway") // that is the point
  void readerThatAnswersNull() {
    var results =
        Parallel.of(1)
            .rateLimit(
                RateLimit.breaker(0.5, 1, ofSeconds(1)).reading((result, error, now) -> null))
            .map(List.of(1, 2, 3), item -> item);
    assertEquals(List.of(1, 2, 3), results.values());
  }

  @Test
  @DisplayName("E8: a dialect that reads null has said nothing")
  @SuppressWarnings("NullAway") // that is the point
  void dialectThatReadsNull() {
    var results =
        Parallel.of(1)
            .retry(Retry.http(List.of((reply, now) -> null)).attempts(2).backoff(Backoff.none()))
            .map(List.of(1), item -> Reply.of(429, "Retry-After", "0"));
    assertEquals(2, results.failures().getFirst().details().attempts());
  }
}
