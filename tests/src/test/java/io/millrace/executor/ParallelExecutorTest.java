package io.millrace.executor;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofDays;
import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.AbandonedException;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.plan.StopToken;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What the executor adds to what every {@code ExecutorService} promises. */
@NoLeaks
class ParallelExecutorTest {
  private final IOException failure = new IOException("failure");

  @Test
  @DisplayName("AF2: a task is repeated as its options say, and its failure is what it threw")
  void retriesBelongToTheTask() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      AtomicInteger calls = new AtomicInteger();
      Retry twice = Retry.ofRetries(2).backoff(Backoff.none());
      var repaired =
          executor.submit(
              () -> {
                if (calls.incrementAndGet() < 3) {
                  throw failure;
                }
                return "repaired";
              },
              TaskOptions.none().retry(twice));
      assertEquals("repaired", repaired.result());
      assertEquals(3, calls.get());

      Future<Object> failed = executor.submit(this::failing);
      assertSame(failure, assertThrows(ExecutionException.class, failed::get).getCause());
    }
  }

  private Object failing() throws IOException {
    throw failure;
  }

  @Test
  @DisplayName("A46, AF2: result() throws the task's own exception, exception() returns it")
  void theCallerCanCatchTheOriginalType() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      Retry retry = Retry.ofAttempts(3).backoff(Backoff.none());
      var future = executor.submit(this::failing, TaskOptions.none().retry(retry));
      assertSame(failure, assertThrows(IOException.class, future::result));
      assertSame(failure, future.exception().orElseThrow());
    }
  }

  @Test
  @DisplayName("AF2: a task that throws a CancellationException fails; its worker goes on")
  void aMadeUpCancellationIsAFailure() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      CancellationException madeUp = new CancellationException("made up");
      ExecutorFuture<Object> future =
          executor.submit(
              () -> {
                throw madeUp;
              });
      assertSame(madeUp, assertThrows(ExecutionException.class, future::get).getCause());
      assertFalse(future.isCancelled());
      assertEquals(Future.State.FAILED, future.state());
      assertEquals(1, executor.submit(() -> 1).get());
    }
  }

  @Test
  @DisplayName("AF2: who waits for a shared semaphore occupies no worker")
  void waitersForASemaphoreDoNotStarveOthers() throws Exception {
    WeightedSemaphore api = WeightedSemaphore.bounded(1);
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().computes(item -> item);
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      TaskOptions limited = TaskOptions.none().semaphore(api);
      List<ExecutorFuture<Integer>> waiting = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        int item = i;
        waiting.add(executor.submit(() -> action.apply(item), limited));
      }
      action.awaitRunning(1);
      assertEquals("free", executor.submit(() -> "free").get());
      assertEquals(1, action.running());
      action.releaseAll();
      for (var future : waiting) {
        future.get();
      }
      assertEquals(1, action.maxRunning());
      assertEquals(1, api.availablePermits());
    }
  }

  @Test
  @DisplayName("A45, AF2: a task that backs off holds neither a worker nor its semaphore")
  void backoffHoldsNoPermit() throws Exception {
    WeightedSemaphore api = WeightedSemaphore.bounded(1);
    try (ManualClock clock = new ManualClock();
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).clock(clock))) {
      AtomicInteger calls = new AtomicInteger();
      Retry hourly = Retry.ofAttempts(2).backoff(Backoff.fixed(ofHours(1)));
      var flaky =
          executor.submit(
              () -> {
                if (calls.getAndIncrement() == 0) {
                  throw failure;
                }
                return "later";
              },
              TaskOptions.none().retry(hourly).semaphore(api));
      assertEquals("now", executor.submit(() -> "now", TaskOptions.none().semaphore(api)).get());
      assertFalse(flaky.isDone());
      clock.awaitTimers(1);
      clock.advance(ofHours(1));
      assertEquals("later", flaky.get());
    }
  }

  @Test
  @DisplayName("AF2: a cancelled task that waits for its time, or a semaphore, is gone at once")
  void cancellingATaskThatWaitsFreesItsPlace() throws Exception {
    WeightedSemaphore api = WeightedSemaphore.bounded(1);
    api.acquire();
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      var waiting = executor.submit(() -> "never", TaskOptions.none().semaphore(api));
      Retry hourly = Retry.ofAttempts(2).backoff(Backoff.fixed(ofHours(1)));
      CountDownLatch called = new CountDownLatch(1);
      var backingOff =
          executor.submit(
              () -> {
                called.countDown();
                throw failure;
              },
              TaskOptions.none().retry(hourly));
      called.await();
      assertEquals(1, executor.submit(() -> 1).get());
      assertTrue(waiting.cancel(true));
      assertTrue(backingOff.cancel(false));
    } // closing would wait for tasks that are not gone
    assertEquals(0, api.waiters());
    api.release();
  }

  @Test
  @DisplayName(
      "AF8: an attempt that takes too long is interrupted, and fails with a TimeoutException")
  void timeoutsBelongToTheTask() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().returns(1);
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      var late =
          executor.submit(() -> action.apply(1), TaskOptions.none().attemptTimeout(ofMillis(5)));
      assertThrows(TimeoutException.class, late::result);
    }
  }

  @Test
  @DisplayName(
      "AF8, L12: a task's timeout ends its retries: no attempt begins that would be too late")
  void aTimeoutEndsTheRetries() throws Exception {
    List<Duration> starts = new ArrayList<>();
    Retry often = Retry.ofAttempts(Integer.MAX_VALUE).backoff(Backoff.fixed(ofMillis(8)));
    try (ManualClock clock = ManualClock.jumping();
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).clock(clock))) {
      var task =
          executor.submit(
              () -> {
                starts.add(clock.elapsed());
                return failing();
              },
              TaskOptions.none().retry(often).timeout(ofMillis(20)));
      var timeout = assertThrows(TimeoutException.class, task::result);
      assertSame(failure, timeout.getCause());
    }
    assertEquals(List.of(ZERO, ofMillis(8), ofMillis(16)), starts);
  }

  @Test
  @DisplayName(
      "A43, AF8: result(timeout) of a done task is its value; of a running one it cancels nothing")
  void aResultThatIsLateComesLater() throws Exception {
    ScriptedAction<Integer, String> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().returns("late");
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      var future = executor.submit(() -> action.apply(1));
      assertThrows(TimeoutException.class, () -> future.result(ofMillis(1)));
      assertThrows(TimeoutException.class, () -> future.result(ZERO));
      action.awaitRunning(1);
      action.releaseAll();
      assertEquals("late", future.result());
      assertEquals("late", future.result(ZERO));
    }
  }

  @Test
  @DisplayName(
      "AF3: map keeps the input's order, stops at the shortest source, and throws what failed")
  void mapsInOrder() {
    try (ParallelExecutor executor = ParallelExecutor.of(3)) {
      assertEquals(List.of(0, 1, 4, 9), executor.map(List.of(0, 1, 2, 3), x -> x * x));
      assertEquals(List.of(5, 7), executor.map(List.of(1, 2, 3), List.of(4, 5), Integer::sum));
      assertEquals(
          List.of("1a!"),
          executor.map(List.of(1, 2), List.of("a"), List.of('!'), (a, b, c) -> a + b + c));
      assertEquals(List.of(), executor.map(List.<Integer>of(), x -> x));
      assertSame(
          failure,
          assertThrows(IOException.class, () -> executor.map(List.of(1, 2, 3), item -> failing())));
    }
  }

  @Test
  @DisplayName("AF3, AF8: map with options repeats, and is over when its time is")
  void mapsWithinATime() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      AtomicInteger calls = new AtomicInteger();
      TaskOptions twice = TaskOptions.none().retry(Retry.ofAttempts(2).backoff(Backoff.none()));
      List<Integer> values =
          executor.map(
              List.of(7),
              item -> {
                if (calls.getAndIncrement() == 0) {
                  throw failure;
                }
                return item;
              },
              twice,
              ofDays(1));
      assertEquals(List.of(7), values);

      ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
      action.anyItem().blocks().returns(1);
      assertThrows(
          TimeoutException.class,
          () -> executor.map(List.of(1, 2, 3), action, TaskOptions.none(), ofMillis(5)));
    } // closing shows that the rest was cancelled
  }

  @Test
  @DisplayName("AF4: mapIter reads lazily, and leaving it early cancels the rest")
  void leavingEarlyCancelsTheRest() {
    AtomicInteger read = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    Iterable<Integer> endless = () -> IntStream.generate(read::incrementAndGet).iterator();
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      try (Stream<Integer> values =
          executor.mapIter(endless, item -> item <= 3 ? item : calls.incrementAndGet())) {
        Iterator<Integer> iterator = values.iterator();
        assertEquals(1, iterator.next());
        assertEquals(2, iterator.next());
        assertEquals(3, iterator.next());
      }
    }
    assertTrue(read.get() <= 4 + 4, "read ahead: " + read);
    assertTrue(calls.get() <= 5, "calls after the end: " + calls);
  }

  @Test
  @DisplayName("AF4: closing mapIter interrupts what runs")
  void closingInterruptsWhatRuns() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.item(0).returns(0);
    action.anyItem().blocks().returns(1);
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      try (Stream<Integer> values = executor.mapIter(List.of(0, 1, 2), action)) {
        assertEquals(0, values.iterator().next());
        action.awaitRunning(2);
      }
    } // would wait for ever
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("AF5: asCompleted gives futures in the order in which they are done")
  void givesFuturesAsTheyAreDone() {
    CompletableFuture<Integer> slow = new CompletableFuture<>();
    CompletableFuture<Integer> quick = CompletableFuture.completedFuture(2);
    CompletableFuture<Integer> failing = CompletableFuture.failedFuture(failure);
    Iterator<CompletableFuture<Integer>> done =
        ParallelExecutor.asCompleted(List.of(slow, quick, failing)).iterator();
    assertSame(quick, done.next());
    assertSame(failing, done.next());
    slow.complete(1);
    assertSame(slow, done.next());
    assertFalse(done.hasNext());
  }

  @Test
  @DisplayName("A41, AF5: the timeout of asCompleted is for all futures together")
  void theTimeoutIsTotal() {
    CompletableFuture<Integer> never = new CompletableFuture<>();
    CompletableFuture<Integer> done = CompletableFuture.completedFuture(1);
    Iterator<CompletableFuture<Integer>> iterator =
        ParallelExecutor.asCompleted(List.of(done, never, done), ofMillis(5)).iterator();
    assertSame(done, iterator.next());
    assertSame(done, iterator.next());
    TimeoutException timeout = assertThrows(TimeoutException.class, iterator::hasNext);
    assertEquals("1 of 3 futures are not done", timeout.getMessage());
  }

  @Test
  @DisplayName("AF5: asCompleted over 100,000 futures looks at each once")
  void costIsLinear() {
    List<CompletableFuture<Integer>> many =
        IntStream.range(0, 100_000).mapToObj(CompletableFuture::completedFuture).toList();
    assertEquals(100_000, ParallelExecutor.asCompleted(many, ofSeconds(20)).count());
  }

  @Test
  @DisplayName("A40, AF6: FIRST_COMPLETED gives all that are done, ALL_COMPLETED waits for all")
  void waitsForTheFirstOrForAll() throws Exception {
    CompletableFuture<Integer> one = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> two = CompletableFuture.completedFuture(2);
    CompletableFuture<Integer> open = new CompletableFuture<>();
    List<CompletableFuture<Integer>> all = List.of(one, open, two);
    Waited<CompletableFuture<Integer>> first =
        ParallelExecutor.waitFor(all, WaitStrategy.FIRST_COMPLETED);
    assertEquals(List.of(one, two), first.done());
    assertEquals(List.of(open), first.pending());
    assertThrows(
        TimeoutException.class,
        () -> ParallelExecutor.waitFor(all, WaitStrategy.ALL_COMPLETED, ofMillis(1)));
    open.complete(3);
    assertEquals(all, ParallelExecutor.waitFor(all, WaitStrategy.ALL_COMPLETED).done());
    assertEquals(all, ParallelExecutor.waitFor(all).done()); // L10
  }

  @Test
  @DisplayName(
      "A40, AF6: FIRST_EXCEPTION waits for a failure, or for all; a timeout gives what there is")
  void waitsForTheFirstFailure() throws Exception {
    CompletableFuture<Integer> fine = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> cancelled = new CompletableFuture<>();
    cancelled.cancel(true);
    CompletableFuture<Integer> failed = CompletableFuture.failedFuture(failure);
    CompletableFuture<Integer> open = new CompletableFuture<>();
    WaitStrategy strategy = WaitStrategy.FIRST_EXCEPTION;
    assertEquals(
        List.of(fine, cancelled),
        ParallelExecutor.waitFor(List.of(fine, cancelled), strategy).done());
    assertEquals(
        List.of(open), ParallelExecutor.waitFor(List.of(failed, open), strategy).pending());
    assertEquals(
        List.of(open),
        ParallelExecutor.waitFor(List.of(cancelled, open), strategy, ofMillis(1)).pending());
  }

  @Test
  @DisplayName("AF6: a timeout of zero only looks")
  void aTimeoutOfZeroOnlyLooks() throws Exception {
    CompletableFuture<Integer> open = new CompletableFuture<>();
    assertEquals(
        List.of(open),
        ParallelExecutor.waitFor(List.of(open), WaitStrategy.FIRST_COMPLETED, ZERO).pending());
  }

  @Test
  @DisplayName("A38, AF7: shutdownAndCancel() returns at once, and no future stays pending")
  void shutdownCancelsWhatWaits() throws Exception {
    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().computes(item -> item);
    ParallelExecutor executor = ParallelExecutor.of(1);
    var running = executor.submit(() -> action.apply(1));
    action.awaitRunning(1);
    var queued = executor.submit(() -> action.apply(2));
    executor.shutdownAndCancel();
    assertTrue(queued.isCancelled());
    CancellationException shutDown = assertThrows(CancellationException.class, queued::join);
    assertTrue(String.valueOf(shutDown.getCause()).contains("shut down"), shutDown.toString());
    assertFalse(executor.isTerminated());
    action.releaseAll();
    assertEquals(1, running.get());
    executor.close();
    assertTrue(executor.isTerminated());
  }

  @Test
  @DisplayName("A89, AF7: after the shutdown everything is refused; a second shutdown does nothing")
  void everythingIsRefusedAfterTheShutdown() {
    ParallelExecutor executor = ParallelExecutor.of(1);
    executor.shutdown();
    executor.shutdown();
    assertTrue(executor.isTerminated());
    assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
    assertThrows(RejectedExecutionException.class, () -> executor.execute(() -> {}));
    assertThrows(RejectedExecutionException.class, () -> executor.map(List.of(1), x -> x));
    executor.close();
  }

  @Test
  @DisplayName("A37: a task that is submitted before anything else completes")
  void needsNoStart() throws Exception {
    ParallelExecutor executor = ParallelExecutor.of(1);
    assertEquals(1, executor.submit(() -> 1).get());
    executor.close();
  }

  @Test
  @DisplayName("AF7: leaving the try block waits for tasks that wait for their retry")
  void closingWaitsForRetries() {
    AtomicInteger calls = new AtomicInteger();
    ExecutorFuture<Integer> future;
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      Retry retry = Retry.ofAttempts(3).backoff(Backoff.fixed(ofMillis(2)));
      future =
          executor.submit(
              () -> {
                if (calls.incrementAndGet() < 3) {
                  throw failure;
                }
                return calls.get();
              },
              TaskOptions.none().retry(retry));
    }
    assertEquals(3, future.resultNow());
  }

  @Test
  @DisplayName("AF9: chunks are lists of the given size, the last one perhaps shorter, read lazily")
  void chunksForCoarseTasks() {
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      Iterable<List<Integer>> chunks = Source.chunks(List.of(1, 2, 3, 4, 5), 2);
      assertEquals(List.of(2, 2, 1), executor.map(chunks, List::size));
    }
    Iterable<Integer> endless = () -> Stream.iterate(1, x -> x + 1).iterator();
    assertEquals(List.of(1, 2, 3), Source.chunks(endless, 3).iterator().next());
    assertThrows(IllegalArgumentException.class, () -> Source.chunks(List.of(), 0));
  }

  @Test
  @DisplayName("A74: the rate limit, stop token and run timeout of a Parallel hold for an executor")
  void optionsOfParallelHold() throws Exception {
    try (ManualClock clock = ManualClock.jumping();
        ParallelExecutor executor =
            ParallelExecutor.of(
                Parallel.of(4).clock(clock).rateLimit(RateLimit.perSecond(10).burst(1)))) {
      List<Duration> starts = executor.map(List.of(1, 2, 3, 4), item -> clock.elapsed());
      assertEquals(
          List.of(ZERO, ofMillis(100), ofMillis(200), ofMillis(300)),
          starts.stream().sorted().toList());
    }

    ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
    action.anyItem().blocks().returns(1);
    StopToken token = new StopToken();
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).stopToken(token))) {
      var running = executor.submit(() -> action.apply(1));
      action.awaitRunning(1);
      var queued = executor.submit(() -> action.apply(2));
      token.stop();
      assertInstanceOf(
          InterruptedException.class,
          assertThrows(ExecutionException.class, running::get).getCause());
      assertThrows(CancellationException.class, queued::get);
      assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
    }

    ParallelExecutor brief = ParallelExecutor.of(Parallel.of(1).runTimeout(ZERO));
    assertThrows(RejectedExecutionException.class, () -> brief.submit(() -> 1));
    brief.close();
  }

  @Test
  @DisplayName("A74: attempt timeout and retries of a Parallel are what tasks have by default")
  void defaultsOfTasks() throws Exception {
    AtomicInteger calls = new AtomicInteger();
    Parallel parallel = Parallel.of(2).retry(Retry.ofAttempts(3).backoff(Backoff.none()));
    try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
      var future =
          executor.submit(
              () -> {
                calls.incrementAndGet();
                return failing();
              });
      assertThrows(IOException.class, future::result);
      assertEquals(3, calls.get());
    }
  }

  @TestFactory
  @DisplayName("A74: options that mean nothing for tasks are refused")
  Stream<DynamicTest> refusedOptions() {
    List<UnaryOperator<Parallel>> options =
        List.of(
            p -> p.window(3),
            p -> p.barrier(3),
            Parallel::ordered,
            Parallel::unordered,
            Parallel::failFast,
            p -> p.maxFailures(2),
            p -> p.onOutcome(outcome -> {}),
            p -> p.onProgress((done, total) -> {}),
            p -> p.itemKey(item -> item),
            p -> p.concurrencyPerKey(1, item -> item),
            p -> p.rateLimit(RateLimit.perSecond(1).by(item -> "key")),
            p -> p.workers(Workers.caller()));
    return options.stream()
        .map(
            option ->
                DynamicTest.dynamicTest(
                    "refused",
                    () -> {
                      Parallel parallel = option.apply(Parallel.of(2));
                      var refused =
                          assertThrows(
                              IllegalArgumentException.class, () -> ParallelExecutor.of(parallel));
                      assertTrue(refused.getMessage().startsWith("an executor has no "));
                    }));
  }

  @Test
  @DisplayName("A88: bad arguments are refused at the call")
  void badArguments() {
    assertThrows(IllegalArgumentException.class, () -> ParallelExecutor.of(0));
    TaskOptions none = TaskOptions.none();
    assertThrows(IllegalArgumentException.class, () -> none.attemptTimeout(ofMillis(-1)));
    assertThrows(IllegalArgumentException.class, () -> none.timeout(ofMillis(-1)));
    assertThrows(
        IllegalArgumentException.class, () -> none.semaphore(WeightedSemaphore.bounded(1), 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> ParallelExecutor.asCompleted(List.of(), ofMillis(-1)));
  }

  /** Ignores interrupts, as code that computes does. */
  private static int compute(CountDownLatch until) {
    boolean interrupted = false;
    while (true) {
      try {
        until.await();
        break;
      } catch (InterruptedException ignored) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return 1;
  }

  @Test
  @DisplayName("AF1: when all workers are stuck, tasks wait until one comes back; nothing ends")
  void stuckWorkersEndNothing() throws Exception {
    CountDownLatch until = new CountDownLatch(1);
    Parallel parallel = Parallel.of(1).attemptTimeout(ofMillis(5)).grace(ofMillis(5));
    try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
      var stuck = executor.submit(() -> compute(until));
      assertInstanceOf(AbandonedException.class, assertThrows(Exception.class, stuck::result));
      var later = executor.submit(() -> 2, TaskOptions.none());
      assertFalse(later.isDone());
      until.countDown();
      assertEquals(2, later.result());
    }
  }

  @Test
  @DisplayName(
      "AF2: a permit is granted only to a task that has a worker, so two tasks do not deadlock")
  void aTaskWithoutWorkerHoldsNoPermit() throws Exception {
    WeightedSemaphore shared = WeightedSemaphore.bounded(1);
    shared.acquire();
    CountDownLatch running = new CountDownLatch(1);
    CountDownLatch released = new CountDownLatch(1);
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      var waiting = executor.submit(() -> 1, TaskOptions.none().semaphore(shared));
      var blocking =
          executor.submit(
              () -> {
                running.countDown();
                released.await();
                return shared.holding(1, () -> 2);
              });
      running.await();
      shared.release();
      released.countDown();
      assertEquals(2, blocking.get());
      assertEquals(1, waiting.get());
    }
    assertEquals(1, shared.availablePermits());
  }

  @Test
  @DisplayName(
      "A38: a task that waits for a permit has not begun: shutting down cancels or returns it")
  void tasksThatWaitForPermitsHaveNotBegun() throws Exception {
    WeightedSemaphore taken = WeightedSemaphore.bounded(1);
    taken.acquire();
    ParallelExecutor cancelling = ParallelExecutor.of(1);
    var cancelled = cancelling.submit(() -> 1, TaskOptions.none().semaphore(taken));
    assertEquals(2, cancelling.submit(() -> 2).get());
    cancelling.shutdownAndCancel();
    cancelling.close();
    assertTrue(cancelled.isCancelled());

    ParallelExecutor stopping = ParallelExecutor.of(1);
    var returned = stopping.submit(() -> 3, TaskOptions.none().semaphore(taken));
    assertEquals(4, stopping.submit(() -> 4).get());
    List<Runnable> notBegun = stopping.shutdownNow();
    assertEquals(1, notBegun.size());
    assertFalse(returned.isDone());
    notBegun.getFirst().run();
    assertEquals(3, returned.get());
    stopping.close();
    assertEquals(0, taken.waiters());
  }

  @Test
  @DisplayName("AF2: permits that somebody else gave back cost no worker")
  void aSpoiltSemaphoreCostsNoWorker() throws Exception {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      var spoiling =
          executor.submit(
              () -> {
                semaphore.release();
                return 1;
              },
              TaskOptions.none().semaphore(semaphore));
      assertEquals(1, spoiling.get());
      assertEquals(2, executor.submit(() -> 2).get());
    }
  }

  @Test
  @DisplayName("AF8: what a listener of one task takes is not on the next one's time")
  void listenersAreNotOnTheNextTasksTime() throws Exception {
    try (ManualClock clock = ManualClock.jumping();
        ParallelExecutor executor =
            ParallelExecutor.of(Parallel.of(1).clock(clock).attemptTimeout(ofSeconds(2)))) {
      CountDownLatch queued = new CountDownLatch(1);
      var first =
          executor.submit(
              () -> {
                queued.await();
                return 1;
              });
      var listened = first.thenAccept(value -> sleep(clock, ofSeconds(10)));
      var second =
          executor.submit(
              () -> {
                sleep(clock, ofSeconds(1));
                return 2;
              });
      queued.countDown();
      assertEquals(2, second.result());
      listened.join();
    }
  }

  private static void sleep(TimeSource clock, Duration time) {
    try {
      clock.sleep(time);
    } catch (InterruptedException interrupted) {
      throw new IllegalStateException(interrupted);
    }
  }

  @Test
  @DisplayName("AF2: a future that is completed by other means frees its task's place at once")
  void completedByOtherMeans() throws Exception {
    WeightedSemaphore taken = WeightedSemaphore.bounded(1);
    taken.acquire();
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      var waiting = executor.submit(() -> 1, TaskOptions.none().semaphore(taken));
      assertEquals(2, executor.submit(() -> 2).get());
      assertTrue(waiting.complete(3));
    } // closing would wait for a task that is not gone
    assertEquals(0, taken.waiters());
  }
}
