package io.millrace.acceptance;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.call.Call;
import io.millrace.call.Shape;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.executor.WaitStrategy;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.pool.Work;
import io.millrace.scope.CancelScope;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Defects that were reproduced in the systems whose users Millrace serves: one test for each, named for
 * what happens there.
 */
@NoLeaks
@Timeout(60)
class KnownDefectsTest {
  private static final Backoff NO_WAIT = Backoff.none();
  private final IOException failure = new IOException("failure");

  private Object failing() throws IOException {
    throw failure;
  }

  // BL

  @Test
  @DisplayName("BL4: not here: hangs on empty input")
  void emptyInput() {
    try (Stream<Outcome<Integer, Integer>> outcomes = Parallel.of(3).stream(List.of(), x -> x)) {
      assertEquals(0, outcomes.count());
    }
  }

  @Test
  @DisplayName("BL4: not here: hangs on one failing action")
  void oneFailingAction() {
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(2).stream(List.of(1, 2, 3, 4), x -> x == 1 ? (Integer) failing() : x)) {
      assertEquals(3, outcomes.filter(Outcome::isSuccess).count());
    }
  }

  @Test
  @DisplayName("BL4: not here: hangs on a source that pauses before its end")
  void aSourceThatPauses() {
    BlockingQueue<Integer> queue = new LinkedBlockingQueue<>(List.of(1, 2));
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(2).stream(Source.of(queue, -1), x -> x)) {
      Iterator<Outcome<Integer, Integer>> iterator = outcomes.iterator();
      iterator.next();
      iterator.next(); // both came while the source pauses
      queue.add(-1);
      assertFalse(iterator.hasNext());
    }
  }

  @Test
  @DisplayName("BL4: not here: hangs on a source that throws")
  void aSourceThatThrows() {
    IllegalStateException broken = new IllegalStateException("source");
    Iterable<Integer> source =
        () ->
            IntStream.range(0, 10)
                .map(
                    x -> {
                      if (x == 3) {
                        throw broken;
                      }
                      return x;
                    })
                .iterator();
    try (Stream<Outcome<Integer, Integer>> outcomes = Parallel.of(2).stream(source, x -> x)) {
      assertSame(broken, assertThrows(IllegalStateException.class, outcomes::count));
    }
  }

  @Test
  @DisplayName("BL1: not here: work goes on after an early exit")
  void earlyExit() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).returns(0);
    action.anyItem().blocks().returns(1);
    Iterable<Integer> endless = () -> IntStream.iterate(0, x -> x + 1).iterator();
    try (Stream<Outcome<Integer, Integer>> outcomes = Parallel.of(3).stream(endless, action)) {
      outcomes.iterator().next();
      action.awaitRunning(3);
    }
    assertEquals(0, action.running());
    assertEquals(4, action.calls().size());
  }

  @Test
  @DisplayName("BL2: not here: results that nobody takes pile up without bound")
  void slowConsumer() throws Exception {
    AtomicInteger read = new AtomicInteger();
    Iterable<Integer> endless = () -> IntStream.generate(read::incrementAndGet).iterator();
    try (Stream<Outcome<Integer, Integer>> outcomes =
        Parallel.of(3).window(6).stream(endless, x -> x)) {
      Iterator<Outcome<Integer, Integer>> iterator = outcomes.iterator();
      for (int taken = 1; taken <= 1_000; taken++) {
        iterator.next();
        assertTrue(read.get() <= taken + 6, "read " + read + " when " + taken + " were taken");
      }
    }
  }

  // AX

  @Test
  @DisplayName("AX5: not here: collect swallows the source's exception")
  void collectingKeepsTheSourcesError() {
    Iterable<Integer> source =
        () ->
            Stream.of(1, 2, 3)
                .map(
                    x -> {
                      if (x == 3) {
                        throw new IllegalStateException("source");
                      }
                      return x;
                    })
                .iterator();
    assertThrows(IllegalStateException.class, () -> Parallel.of(2).map(source, x -> x));
  }

  @Test
  @DisplayName("AX4: not here: a cancelled waiter of a rate limit frees its place early")
  void aCancelledWaiterFreesNothing() throws Exception {
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = RateLimiter.of(RateLimit.window(1, ofSeconds(1)), clock);
      limiter.acquire();
      Thread waiter = Thread.ofVirtual().start(() -> acquireQuietly(limiter));
      clock.awaitTimers(1);
      waiter.interrupt();
      waiter.join();
      assertFalse(limiter.tryAcquire());
      clock.advance(ofMillis(999));
      assertFalse(limiter.tryAcquire());
      clock.advance(ofMillis(1));
      assertTrue(limiter.tryAcquire());
    }
  }

  private static void acquireQuietly(RateLimiter limiter) {
    try {
      limiter.acquire();
    } catch (InterruptedException expected) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  @DisplayName("AX9: not here: two callers that want many permits deadlock")
  void manyPermitsAtOnce() {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(3);
    Action<Integer, Integer> holding = item -> semaphore.holding(2, () -> item);
    assertTrue(Parallel.of(8).map(IntStream.range(0, 2_000).boxed().toList(), holding).ok());
    assertEquals(3, semaphore.availablePermits());
  }

  @Test
  @DisplayName("AX6: not here: a resolve that is abandoned keeps starting work")
  void anAbandonedResolveStartsNothing() {
    AtomicInteger started = new AtomicInteger();
    Iterable<Callable<Integer>> endless =
        () -> Stream.<Callable<Integer>>generate(() -> started::incrementAndGet).iterator();
    try (Stream<Outcome<?, Integer>> resolved = Work.resolve(endless, 2, 1)) {
      resolved.iterator().next();
    }
    int afterwards = started.get();
    assertTrue(afterwards <= 1 + 3, afterwards + " were started");
    assertEquals(afterwards, started.get());
  }

  @Test
  @DisplayName("AX6: not here: greediness 0 reads everything")
  void greedinessZeroIsBounded() {
    AtomicInteger made = new AtomicInteger();
    Iterable<Callable<Integer>> tasks =
        () -> Stream.<Callable<Integer>>generate(() -> made::incrementAndGet).iterator();
    try (Stream<Outcome<?, Integer>> resolved = Work.resolve(tasks, 2, 0)) {
      Iterator<Outcome<?, Integer>> each = resolved.iterator();
      for (int taken = 1; taken <= 20; taken++) {
        each.next();
        assertTrue(made.get() <= taken + 4, made + " at " + taken);
      }
    }
  }

  // LF

  @Test
  @DisplayName("LF1: not here: the throttle's period does not space the starts")
  void startsAreSpaced() {
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel parallel = Parallel.of(8).clock(clock).rateLimit(RateLimit.spacing(ofMillis(100)));
      List<Duration> starts = parallel.map(List.of(1, 2, 3, 4), x -> clock.elapsed()).values();
      assertEquals(
          List.of(ZERO, ofMillis(100), ofMillis(200), ofMillis(300)),
          starts.stream().sorted().toList());
    }
  }

  @Test
  @DisplayName("LF4: not here: the first failure leaves its siblings running")
  void aFailureCancelsItsSiblings() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).computes(item -> failAfter(action));
    action.anyItem().blocks().returns(1);
    Parallel parallel = Parallel.of(3).failFast();
    assertSame(
        failure, assertThrows(IOException.class, () -> parallel.map(List.of(0, 1, 2), action)));
    assertEquals(0, action.running());
  }

  private int failAfter(ScriptedAction<Integer, Integer> action) throws Exception {
    action.awaitRunning(3);
    throw failure;
  }

  @Test
  @DisplayName("LF1: not here: a timeout does nothing about a function that blocks")
  void aBlockingFunctionTimesOut() {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().returns(1);
    Results<Integer, Integer> results =
        Parallel.of(1).attemptTimeout(ofMillis(5)).map(List.of(1), action);
    assertTrue(results.failures().getFirst().error() instanceof TimeoutException);
  }

  @Test
  @DisplayName("LF8: not here: the cancel scope cannot be entered at all")
  void aScopeCanBeEntered() {
    assertEquals(7, CancelScope.withTimeout(ofSeconds(60)).call(() -> 7).orElseThrow());
  }

  @Test
  @DisplayName("LF2: not here: uniqueness by hash alone")
  void uniqueByEquality() {
    assertEquals("Aa".hashCode(), "BB".hashCode());
    Call<String, String> unique =
        Call.of(Parallel.of(2), (String text) -> text).input(Shape.asIs().unique());
    assertEquals(List.of("Aa", "BB"), unique.list(List.of("Aa", "BB", "Aa")));
  }

  // AF

  @Test
  @DisplayName("AF1: not here: a task that is submitted before the start hangs")
  void submittedBeforeAnything() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      assertEquals(1, executor.submit(() -> 1).get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  @DisplayName("AF4: not here: leaving map-iter early runs everything")
  void leavingEarly() {
    AtomicInteger calls = new AtomicInteger();
    try (ParallelExecutor executor = ParallelExecutor.of(2);
        Stream<Integer> values =
            executor.mapIter(
                IntStream.range(0, 10_000).boxed().toList(), x -> calls.incrementAndGet())) {
      assertEquals(1, values.limit(1).count() == 1 ? 1 : 0);
    }
    assertTrue(calls.get() < 100, calls + " calls");
  }

  @Test
  @DisplayName("AF2: not here: a task that throws a cancellation kills its worker")
  void aThrownCancellation() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      ExecutorFuture<Integer> cancelled =
          executor.submit(
              () -> {
                throw new CancellationException("thrown");
              });
      assertThrows(ExecutionException.class, cancelled::get);
      assertEquals(2, executor.submit(() -> 2).get());
    }
  }

  @Test
  @DisplayName("AF2: not here: those who wait for a semaphore starve the others")
  void waitersStarveNobody() throws Exception {
    WeightedSemaphore taken = WeightedSemaphore.bounded(1);
    taken.acquire();
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      List<ExecutorFuture<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        waiting.add(executor.submit(() -> 0, TaskOptions.none().semaphore(taken)));
      }
      assertEquals(1, executor.submit(() -> 1).get());
      taken.release();
      assertEquals(0, waiting.getLast().get());
    }
  }

  @Test
  @DisplayName("AF2: not here: the caller gets a wrapper instead of the exception")
  void theExceptionItself() {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      Retry retry = Retry.ofAttempts(2).backoff(NO_WAIT);
      var future = executor.submit(this::failing, TaskOptions.none().retry(retry));
      assertSame(failure, assertThrows(IOException.class, future::result));
    }
  }

  @Test
  @DisplayName("AF6: not here: a wait with a timeout of 0 never returns")
  void aWaitOfZero() throws Exception {
    CompletableFuture<Integer> open = new CompletableFuture<>();
    assertEquals(
        List.of(open),
        ParallelExecutor.waitFor(List.of(open), WaitStrategy.FIRST_COMPLETED, ZERO).pending());
    assertThrows(
        TimeoutException.class,
        () -> ParallelExecutor.waitFor(List.of(open), WaitStrategy.ALL_COMPLETED, ZERO));
  }

  @Test
  @DisplayName("AF5: not here: as-completed is quadratic")
  void asCompletedIsLinear() {
    List<CompletableFuture<Integer>> futures =
        IntStream.range(0, 200_000).mapToObj(CompletableFuture::completedFuture).toList();
    assertEquals(200_000, ParallelExecutor.asCompleted(futures, ofSeconds(20)).count());
  }

  @Test
  @DisplayName("AF6: not here: the wait for the first gives one of several that are done")
  void allThatAreDone() throws Exception {
    CompletableFuture<Integer> one = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> two = CompletableFuture.completedFuture(2);
    assertEquals(
        List.of(one, two),
        ParallelExecutor.waitFor(List.of(one, two), WaitStrategy.FIRST_COMPLETED).done());
  }

  // PY

  @Test
  @DisplayName("PY7, A10: not here: retries bypass the rate limit")
  void retriesTakePermits() {
    try (ManualClock clock = ManualClock.jumping()) {
      ScriptedAction<Integer, Integer> action = ScriptedAction.on(clock);
      action.anyItem().fails(failure, 3).returns(1);
      Parallel parallel =
          Parallel.of(1).clock(clock).rateLimit(10).retry(Retry.ofAttempts(4).backoff(NO_WAIT));
      assertTrue(parallel.map(List.of(1), action).ok());
      assertTrue(clock.elapsed().compareTo(ofMillis(300)) >= 0, clock.elapsed().toString());
    }
  }

  @Test
  @DisplayName("PY7, A49: not here: jitter goes past the cap")
  void theCapIsATrueMaximum() {
    Random random = new Random(1);
    for (Jitter jitter : Jitter.values()) {
      Backoff backoff = Backoff.exponential(ofMillis(10)).cap(ofMillis(50)).jitter(jitter);
      for (int attempt = 1; attempt < 1_000; attempt++) {
        assertTrue(backoff.delayNanos(attempt, random) <= ofMillis(50).toNanos());
      }
    }
  }

  @Test
  @DisplayName("PY7, A49: not here: the backoff overflows at attempt 1024")
  void theBackoffNeverOverflows() {
    Backoff backoff = Backoff.exponential(ofMillis(10)).cap(ofSeconds(1)).jitter(Jitter.NONE);
    Random random = new Random(1);
    for (int attempt : new int[] {1_024, 1_025, 2_000, Integer.MAX_VALUE}) {
      assertEquals(ofSeconds(1).toNanos(), backoff.delayNanos(attempt, random));
    }
  }

  @Test
  @DisplayName("PY14: not here: those who wait for a limiter race for it instead of queueing")
  void waitersQueue() throws Exception {
    try (ManualClock clock = new ManualClock()) {
      RateLimiter limiter = RateLimiter.of(RateLimit.window(1, ofSeconds(1)), clock);
      limiter.acquire();
      List<Integer> order = new CopyOnWriteArrayList<>();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int place = i;
        threads.add(
            Thread.ofVirtual()
                .start(
                    () -> {
                      acquireQuietly(limiter);
                      order.add(place);
                    }));
        Thread last = threads.getLast();
        Soon.until(() -> last.getState() == Thread.State.WAITING);
      }
      for (int i = 0; i < 5; i++) {
        clock.advance(ofSeconds(1));
        threads.get(i).join();
      }
      assertEquals(List.of(0, 1, 2, 3, 4), order);
    }
  }

  @Test
  @DisplayName("PY7: not here: a backoff holds the concurrency slot")
  void aBackoffHoldsNoSlot() {
    try (ManualClock clock = ManualClock.jumping()) {
      ScriptedAction<Integer, Duration> action = ScriptedAction.on(clock);
      action.item(0).fails(failure, 1).computes(item -> clock.elapsed());
      action.anyItem().computes(item -> clock.elapsed());
      Parallel parallel =
          Parallel.of(1)
              .window(10)
              .clock(clock)
              .retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofHours(1))));
      List<Duration> ends = parallel.map(List.of(0, 1, 2, 3), action).values();
      assertEquals(List.of(ofHours(1), ZERO, ZERO, ZERO), ends);
    }
  }

  @Test
  @DisplayName("PY16: not here: a predicate that throws hides the real error")
  void aBrokenPredicateHidesNothing() {
    IllegalStateException broken = new IllegalStateException("predicate");
    Retry retry =
        Retry.ofAttempts(3)
            .when(
                error -> {
                  throw broken;
                });
    Results<Integer, Object> results =
        Parallel.of(1).retry(retry).map(List.of(1), item -> failing());
    assertSame(failure, results.failures().getFirst().error());
    assertSame(broken, failure.getSuppressed()[0]);
  }

  @Test
  @DisplayName("PY9, A88: not here: a stream checks its arguments at the first element only")
  void streamsCheckAtTheCall() {
    assertThrows(IllegalArgumentException.class, () -> Parallel.of(0));
    assertThrows(
        IllegalArgumentException.class, () -> Parallel.of(1).batches(List.of(1), 0, x -> x));
    assertThrows(NullPointerException.class, () -> Parallel.of(1).stream(nothing(), x -> x));
  }

  @SuppressWarnings("NullAway") // what a caller without null checks could pass
  private static Iterable<Integer> nothing() {
    return null;
  }

  @Test
  @DisplayName("PY8, A74: not here: maps over tuples, and streams, lack options that map has")
  void tuplesHaveAllOptions() {
    try (ManualClock clock = ManualClock.jumping()) {
      Parallel parallel =
          Parallel.of(2).clock(clock).rateLimit(RateLimit.spacing(ofSeconds(1))).ordered();
      Iterable<Map.Entry<Integer, Integer>> pairs = Source.zip(List.of(1, 2, 3), List.of(4, 5, 6));
      Action<Map.Entry<Integer, Integer>, Integer> sum = Action.spread(Integer::sum);
      try (Stream<Outcome<Map.Entry<Integer, Integer>, Integer>> outcomes =
          parallel.stream(pairs, sum)) {
        assertEquals(3, outcomes.filter(Outcome::isSuccess).count());
      }
      assertEquals(ofSeconds(2), clock.elapsed());
    }
  }
}
