package io.millrace.soundness;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.outcome.AttemptEvent;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Workers;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.MemoryStore;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Permits are for items that begin at once. Time is virtual, and workers begin when the test says so. */
@Timeout(30)
class PermitsInUseTest {
  private final ManualClock clock = new ManualClock();
  private final AtomicInteger calls = new AtomicInteger();
  private final CountDownLatch free = new CountDownLatch(1);

  /** Workers that have not begun. */
  private final Queue<Runnable> held = new ConcurrentLinkedQueue<>();

  private final Queue<Thread> begun = new ConcurrentLinkedQueue<>();

  private final Parallel heldBack = Parallel.of(4).clock(clock).workers(Workers.on(held::add));

  @AfterEach
  void closeClock() {
    clock.close();
  }

  private void awaitWorker() {
    Soon.until(() -> !held.isEmpty());
  }

  private void beginUntil(BooleanSupplier reached) {
    Soon.until(
        () -> {
          Runnable next = held.poll();
          if (next != null) {
            begun.add(Thread.ofPlatform().daemon().start(next));
          }
          return reached.getAsBoolean();
        });
  }

  /** One permit an hour, of which none is left. */
  private RateLimiter spent(int burst) {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(burst), clock);
    for (int i = 0; i < burst; i++) {
      assertTrue(limiter.tryAcquire());
    }
    return limiter;
  }

  /** So many items wait for permits, so many are called, and no worker is on its way. */
  private void settle(Run<?, ?> run, RateLimiter limiter, int waiting, int called) {
    beginUntil(
        () -> limiter.waiters() == waiting && run.progress().running() == called && held.isEmpty());
  }

  private int call(int item) throws InterruptedException {
    calls.incrementAndGet();
    if (item == 0) {
      free.await();
    }
    return item;
  }

  @Test
  @DisplayName(
      "E27 I8: a run whose checkpoint stalls leaves permits to others, and makes no burst later")
  void theStoreStalls() throws Exception {
    int most = 400;
    int items = 600;
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1).burst(most), clock);
    CountDownLatch stall = new CountDownLatch(1);
    MemoryStore store = new MemoryStore().onCommit(_ -> Soon.awaitDeaf(stall));
    CheckpointName name = CheckpointName.of("stalls", "1");
    Parallel limited =
        Parallel.of(64)
            .window(items)
            .clock(clock)
            .rateLimit(limiter)
            .checkpoint(Checkpoint.of(store, name, Codec.text()));
    try (Run<Integer, String> run =
            limited.start(
                IntStream.range(0, items).boxed().toList(),
                _ -> {
                  if (calls.incrementAndGet() == 1) { // whichever item comes first
                    free.await();
                  }
                  return "done";
                });
        AutoCloseable _ = stall::countDown) { // or closing would wait for the store
      Soon.until(() -> calls.get() == most && limiter.waiters() == items - most);
      limiter.limit(RateLimit.perSecond(100).burst(1));
      free.countDown();
      Soon.until(() -> run.progress().running() == 0); // so many wait for their commit
      for (int i = 1; i <= 100; i++) {
        clock.advance(ofMillis(10));
        assertTrue(limiter.tryAcquire(), "permit " + i + " is for others");
      }
      stall.countDown();
      Soon.until(() -> run.progress().running() == 0 && store.outcomes().size() == calls.get());
      assertEquals(most, calls.get(), "calls without a permit");
      for (int i = most + 1; i <= items; i++) {
        clock.advance(ofMillis(10));
        int started = i;
        Soon.until(() -> calls.get() >= started);
        assertEquals(started, calls.get(), "calls");
      }
      assertEquals(items, run.stream().count());
    }
  }

  @Test
  @DisplayName(
      "E27 LC2: a permit that came just before a pause is for others, and its item waits anew")
  void isPaused() throws Exception {
    RateLimiter limiter = spent(1);
    try (Run<Integer, Integer> run = heldBack.rateLimit(limiter).start(List.of(1), this::call)) {
      settle(run, limiter, 1, 0);
      clock.advance(ofHours(1));
      awaitWorker();
      run.pause();
      assertTrue(limiter.tryAcquire(), "the permit is for others");
      run.resume();
      settle(run, limiter, 1, 0);
      assertEquals(0, calls.get());
      clock.advance(ofHours(1));
      beginUntil(() -> run.poll().isPresent());
      assertEquals(1, calls.get());
      assertFalse(limiter.tryAcquire());
      beginUntil(() -> run.take().isEmpty());
    }
  }

  @Test
  @DisplayName("E27 LC3: so is one that came just before the concurrency was lowered")
  void isLowered() throws Exception {
    RateLimiter limiter = RateLimiter.of(RateLimit.perHour(1), clock);
    try (Run<Integer, Integer> run = heldBack.rateLimit(limiter).start(List.of(0, 1), this::call)) {
      settle(run, limiter, 1, 1);
      clock.advance(ofHours(1));
      awaitWorker();
      run.concurrency(1);
      assertTrue(limiter.tryAcquire(), "the permit is for others");
      free.countDown();
      beginUntil(() -> run.poll().isPresent());
      settle(run, limiter, 1, 0);
      clock.advance(ofHours(1));
      beginUntil(() -> run.poll().isPresent());
      assertEquals(2, calls.get());
    }
  }

  @Test
  @DisplayName("E27 LC2: permits of a semaphore that came just before a pause are for others")
  void aSemaphoreIsFree() throws Exception {
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    assertTrue(semaphore.tryAcquire());
    try (ParallelExecutor executor = ParallelExecutor.of(heldBack)) {
      var future = executor.submit(() -> call(1), TaskOptions.none().semaphore(semaphore));
      beginUntil(() -> semaphore.waiters() == 1);
      beginUntil(() -> held.isEmpty() && begun.stream().noneMatch(Thread::isAlive));
      semaphore.release();
      awaitWorker();
      executor.pause();
      assertTrue(semaphore.tryAcquire(), "the permit is for others");
      assertEquals(0, calls.get());
      semaphore.release();
      executor.resume();
      beginUntil(future::isDone);
      assertEquals(1, future.get());
      assertEquals(1, semaphore.availablePermits());
      executor.shutdown();
      beginUntil(executor::isTerminated);
    }
  }

  @Test
  @DisplayName(
      "E27 LC2: a task that waits at the limit gives the permits of its semaphore back in a pause")
  void waitsAtTheLimitInAPause() throws Exception {
    RateLimiter limiter = spent(1);
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    try (ParallelExecutor executor = ParallelExecutor.of(heldBack.rateLimit(limiter))) {
      var future = executor.submit(() -> call(1), TaskOptions.none().semaphore(semaphore));
      beginUntil(() -> limiter.waiters() == 1);
      assertFalse(semaphore.tryAcquire());
      executor.pause();
      endsAfterThePause(executor, limiter, semaphore, future);
    }
  }

  @Test
  @DisplayName("E27 LC2: so does one that was on its way to the limit when the pause began")
  void comesToTheLimitInAPause() throws Exception {
    RateLimiter limiter = spent(1);
    WeightedSemaphore semaphore = WeightedSemaphore.bounded(1);
    AtomicReference<ParallelExecutor> known = new AtomicReference<>();
    AtomicInteger waits = new AtomicInteger();
    Parallel listening =
        heldBack
            .rateLimit(limiter)
            .onAttempt(
                event -> {
                  if (event instanceof AttemptEvent.Waiting && waits.getAndIncrement() == 0) {
                    known.get().pause();
                  }
                });
    try (ParallelExecutor executor = ParallelExecutor.of(listening)) {
      known.set(executor);
      var future = executor.submit(() -> call(1), TaskOptions.none().semaphore(semaphore));
      beginUntil(executor::isPaused);
      endsAfterThePause(executor, limiter, semaphore, future);
    }
  }

  private void endsAfterThePause(
      ParallelExecutor executor,
      RateLimiter limiter,
      WeightedSemaphore semaphore,
      ExecutorFuture<Integer> future)
      throws Exception {
    beginUntil(semaphore::tryAcquire); // the permit is for others
    assertEquals(0, limiter.waiters());
    semaphore.release();
    executor.resume();
    beginUntil(() -> limiter.waiters() == 1);
    assertEquals(0, semaphore.availablePermits());
    clock.advance(ofHours(1));
    beginUntil(future::isDone);
    assertEquals(1, future.get());
    assertEquals(1, semaphore.availablePermits());
    executor.shutdown();
    beginUntil(executor::isTerminated);
  }

  @Test
  @DisplayName("E27 E12: a pool that gives a run no thread keeps one permit at most")
  void thePoolIsBusy() throws Exception {
    RateLimiter limiter = spent(4);
    try (Run<Integer, Integer> run =
        heldBack.rateLimit(limiter).start(List.of(1, 2, 3, 4), this::call)) {
      settle(run, limiter, 4, 0);
      clock.advance(ofHours(4));
      awaitWorker();
      for (int i = 1; i <= 3; i++) {
        assertTrue(limiter.tryAcquire(), "permit " + i + " is for others");
      }
      beginUntil(() -> calls.get() == 1);
      settle(run, limiter, 3, 0);
      for (int i = 2; i <= 4; i++) {
        clock.advance(ofHours(1));
        int started = i;
        beginUntil(() -> calls.get() == started);
        settle(run, limiter, 4 - started, 0);
      }
      beginUntil(() -> run.status() != RunStatus.RUNNING);
    }
  }
}
