package io.millrace.soundness;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.QueueLimit;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.ShedException;
import io.millrace.outcome.WaitCause;
import io.millrace.plan.Backoff;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is over while it waits needs no free worker to say so. Time is virtual. */
@NoLeaks
@Timeout(30)
class OverWithoutWorkerTest {
  private final ManualClock clock = new ManualClock();
  private final Monitor monitor = Monitor.of();
  private final CountDownLatch free = new CountDownLatch(1);
  private final AtomicInteger busy = new AtomicInteger();
  private final AtomicInteger failed = new AtomicInteger();

  private int holds() throws InterruptedException {
    busy.incrementAndGet();
    free.await();
    return 0;
  }

  private int fails() {
    failed.incrementAndGet();
    throw new IllegalStateException("to be repeated");
  }

  private static Retry retry(Duration backoff) {
    return Retry.ofAttempts(5).backoff(Backoff.fixed(backoff));
  }

  private ParallelExecutor executor(int concurrency, int queue) {
    Parallel parallel =
        Parallel.of(concurrency).clock(clock).monitor(monitor).retry(retry(ofHours(1)));
    return ParallelExecutor.of(parallel, QueueLimit.rejecting(queue));
  }

  /** A task whose retry is an hour away. */
  private ExecutorFuture<Integer> repeated(ParallelExecutor executor) throws InterruptedException {
    ExecutorFuture<Integer> future = executor.submit(this::fails);
    clock.awaitTimers(1);
    return future;
  }

  private static void assertFull(ParallelExecutor executor) {
    assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> 1));
  }

  @Test
  @DisplayName(
      "L4: a task that is cancelled while it waits for its retry leaves its place at once, beside a long one")
  void isCancelledBeforeItsRetry() throws Exception {
    try (clock;
        ParallelExecutor executor = executor(1, 1);
        AutoCloseable _ = free::countDown) {
      ExecutorFuture<Integer> waiting = repeated(executor);
      executor.submit(this::holds);
      Soon.until(() -> busy.get() == 1);
      assertFull(executor);
      assertTrue(waiting.cancel(true));
      ExecutorFuture<Integer> next = executor.submit(() -> 7);
      assertFull(executor);
      free.countDown();
      assertEquals(7, next.get());
    }
  }

  @Test
  @DisplayName(
      "L4: a task that is cancelled while it waits for its retry leaves its place at once, also in a pause")
  void isCancelledInAPause() throws Exception {
    try (clock;
        ParallelExecutor executor = executor(1, 0)) {
      ExecutorFuture<Integer> waiting = repeated(executor);
      executor.pause();
      assertFull(executor);
      assertTrue(waiting.cancel(true));
      ExecutorFuture<Integer> next = executor.submit(() -> 7);
      executor.resume();
      assertEquals(7, next.get());
    }
  }

  @Test
  @DisplayName("L4: a task that is cancelled while it waits for a worker leaves its place at once")
  void isCancelledBeforeItsWorker() throws Exception {
    try (clock;
        ParallelExecutor executor = executor(1, 2);
        AutoCloseable _ = free::countDown) {
      List<ExecutorFuture<Integer>> waiting =
          List.of(repeated(executor), executor.submit(this::fails));
      Soon.until(() -> failed.get() == 2);
      ExecutorFuture<Integer> holder = executor.submit(this::holds);
      Soon.until(() -> busy.get() == 1);
      clock.advance(ofHours(2)); // both are due, and the only worker is busy
      waiting.reversed().forEach(future -> assertTrue(future.cancel(false)));
      List<ExecutorFuture<Integer>> next =
          List.of(executor.submit(() -> 7), executor.submit(() -> 8));
      assertFull(executor);
      free.countDown();
      assertEquals(0, holder.get());
      assertEquals(List.of(7, 8), List.of(next.get(0).get(), next.get(1).get()));
      assertEquals(2, failed.get());
    }
  }

  @Test
  @DisplayName(
      "L4: tasks whose deadlines pass at a limit leave their places at once, while all workers are busy")
  void theirDeadlinesPassAtALimit() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(2), clock);
    Parallel limited = Parallel.of(2).clock(clock).rateLimit(limiter);
    try (clock;
        ParallelExecutor executor = ParallelExecutor.of(limited, QueueLimit.rejecting(10));
        AutoCloseable _ = free::countDown) {
      Callable<Integer> holder = this::holds;
      executor.submit(holder);
      Soon.until(() -> busy.get() == 1);
      TaskOptions brief = executor.options().deadline(ofMillis(800));
      List<ExecutorFuture<Integer>> late =
          IntStream.range(0, 10).mapToObj(i -> executor.submit(() -> i, brief)).toList();
      assertEquals(0, late.getFirst().get()); // it had the last permit
      Soon.until(() -> limiter.waiters() == 9);
      clock.advance(ofHours(1));
      assertTrue(late.stream().skip(2).allMatch(Future::isDone));
      for (int i = 0; i < 10; i++) {
        executor.submit(() -> 3);
      }
      executor.shutdownNow();
    }
  }

  @Test
  @DisplayName(
      "L12 L4: a task whose time ends while it waits for a worker, after its backoff, fails then, and leaves its place")
  void itsTimeEndsAfterItsBackoff() throws Exception {
    try (clock;
        ParallelExecutor executor = executor(1, 1);
        AutoCloseable _ = free::countDown) {
      ExecutorFuture<Integer> waiting = inTime(executor);
      executor.submit(this::holds);
      Soon.until(() -> busy.get() == 1);
      clock.advance(ofMillis(100));
      clock.advance(ofMillis(199));
      assertFull(executor);
      clock.advance(ofMillis(1));
      assertTimedOut(waiting);
      executor.submit(() -> 7);
      free.countDown();
    }
  }

  private ExecutorFuture<Integer> inTime(ParallelExecutor executor) throws InterruptedException {
    TaskOptions options = executor.options().retry(retry(ofMillis(100))).timeout(ofMillis(300));
    ExecutorFuture<Integer> future = executor.submit(this::fails, options);
    Soon.until(() -> monitor.snapshot().waitingFor(WaitCause.BACKOFF) == 1);
    return future;
  }

  private void assertTimedOut(ExecutorFuture<?> future) throws Exception {
    ExecutionException thrown = assertThrows(ExecutionException.class, () -> Soon.of(future::get));
    assertInstanceOf(TimeoutException.class, thrown.getCause());
    assertEquals("to be repeated", thrown.getCause().getCause().getMessage());
    assertEquals(1, failed.get());
  }

  @Test
  @DisplayName("L12: a task whose time ends in a pause, after its backoff, fails then")
  void itsTimeEndsInAPause() throws Exception {
    try (clock;
        ParallelExecutor executor = executor(1, 1)) {
      ExecutorFuture<Integer> waiting = inTime(executor);
      executor.pause();
      clock.advance(ofMillis(300));
      assertTimedOut(waiting);
    }
  }

  @Test
  @DisplayName(
      "R9: a task that has waited too long in a pause, after it left the limit, is shed then")
  void isShedInAPause() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), clock);
    assertTrue(limiter.tryAcquire());
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    Parallel limited = Parallel.of(1).clock(clock).rateLimit(limiter).shedAfter(ofHours(2));
    try (clock;
        ParallelExecutor executor = ParallelExecutor.of(limited)) {
      ExecutorFuture<Integer> waiting =
          executor.submit(this::fails, TaskOptions.none().semaphore(semaphore));
      Soon.until(() -> limiter.waiters() == 1);
      executor.pause();
      Soon.until(semaphore::tryAcquire); // its worker may still be on the way into the queue
      clock.advance(ofHours(2).plusNanos(1));
      ExecutionException thrown =
          assertThrows(ExecutionException.class, () -> Soon.of(waiting::get));
      assertInstanceOf(ShedException.class, thrown.getCause());
      assertEquals(0, failed.get());
    }
  }

  @Test
  @DisplayName(
      "L12: items whose time ends while they wait for a worker fail then, in the order in which they end")
  void itemsOfARun() throws Exception {
    Parallel parallel =
        Parallel.of(1).clock(clock).retry(retry(ofMillis(100))).itemTimeout(ofMillis(300));
    int items = 600; // more than one turn at the lock has settled
    CountDownLatch others = new CountDownLatch(items);
    List<Integer> all = IntStream.rangeClosed(0, items).boxed().toList();
    try (clock;
        Run<Integer, Integer> run =
            parallel
                .window(all.size())
                .start(
                    all,
                    item -> {
                      if (item == items) {
                        busy.incrementAndGet();
                        Soon.awaitDeaf(free);
                        return 0;
                      }
                      if (item == items - 1) {
                        clock.advance(ofMillis(50)); // so that the last one has more time
                      }
                      others.countDown();
                      return fails();
                    });
        AutoCloseable _ = free::countDown) {
      others.await();
      Soon.until(() -> busy.get() == 1);
      clock.advance(ofMillis(100));
      clock.advance(ofMillis(150));
      for (int item = 0; item < items; item++) {
        Outcome<Integer, Integer> outcome = Soon.of(run::take).orElseThrow();
        assertInstanceOf(TimeoutException.class, assertInstanceOf(Failure.class, outcome).error());
      }
      assertEquals(items, failed.get());
    }
  }
}
