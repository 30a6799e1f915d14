package io.millrace.executor;

import static java.time.Duration.ofHours;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Workers;
import io.millrace.soundness.RealClock;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** In which order things happen when a task ends, and what can be done with one that has not begun. */
@NoLeaks
@Timeout(60)
class EndOfTaskTest {
  private final AtomicBoolean released = new AtomicBoolean();

  /** Keeps its interrupt flag until it is released. */
  private Thread untilReleased(CompletableFuture<Thread> started) {
    started.complete(Thread.currentThread());
    while (!released.get()) {
      LockSupport.parkNanos(1_000_000);
    }
    return Thread.currentThread();
  }

  @Test
  @DisplayName("X4: what depends on a task that is cancelled runs when its interrupt was sent")
  void dependentsRunAfterTheInterrupt() throws Exception {
    CompletableFuture<Thread> started = new CompletableFuture<>();
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      ExecutorFuture<Thread> future = executor.submit(() -> untilReleased(started));
      Thread runner = started.get();
      CompletableFuture<Boolean> interrupted = future.handle((_, _) -> runner.isInterrupted());
      assertTrue(future.cancel(true));
      released.set(true);
      assertTrue(interrupted.join(), "interrupted before its dependents ran");
      assertTrue(future.isCancelled());
    }
  }

  @Test
  @DisplayName("X4: a task that runs when its interrupt comes never makes the future a success")
  void aCancellationThatIsUnderWayCounts() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      for (int round = 0; round < 1_000; round++) {
        CountDownLatch running = new CountDownLatch(1);
        ExecutorFuture<Boolean> future =
            executor.submit(
                () -> {
                  running.countDown();
                  return Thread.currentThread().isInterrupted();
                });
        running.await();
        boolean cancelled = future.cancel(true);
        assertEquals(cancelled, future.isCancelled());
        assertEquals(cancelled ? Future.State.CANCELLED : Future.State.SUCCESS, future.state());
        assertFalse(!cancelled && future.resultNow(), "interrupted, and then a success");
      }
    }
  }

  @Test
  @DisplayName("X4: when an executor is closed, futures that others cancelled meanwhile are done")
  void cancelledWhenTheExecutorIsClosed() throws Exception {
    for (int round = 0; round < 300; round++) {
      ParallelExecutor executor = ParallelExecutor.of(1);
      List<ExecutorFuture<Integer>> futures = new ArrayList<>();
      for (int i = 0; i < 10; i++) {
        futures.add(executor.submit(() -> 1));
      }
      Caller<Boolean> cancelling =
          Caller.running(() -> futures.reversed().forEach(future -> future.cancel(true)));
      executor.close();
      assertTrue(futures.stream().allMatch(Future::isDone), "round " + round);
      cancelling.value();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException unexpected) {
      throw new AssertionError(unexpected);
    }
  }

  /** Whose timers wait when the first of them is cancelled. */
  private static final class SlowToCancel extends RealClock {
    private final AtomicBoolean isFirst = new AtomicBoolean(true);
    private final CountDownLatch cancelling = new CountDownLatch(1);
    private final CountDownLatch goOn = new CountDownLatch(1);

    @Override
    public Timer schedule(long atNanos, Runnable task) {
      Timer timer = super.schedule(atNanos, task);
      return () -> {
        timer.cancel();
        if (isFirst.getAndSet(false)) {
          cancelling.countDown();
          await(goOn);
        }
      };
    }
  }

  @Test
  @DisplayName("X4: an executor does not end before a future that is being cancelled is done")
  void endsAfterTheFuture() throws Exception {
    SlowToCancel clock = new SlowToCancel();
    ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).clock(clock));
    Held held = Held.task();
    executor.submit(held);
    held.awaitStart();
    ExecutorFuture<Integer> waiting =
        executor.submit(() -> 1, TaskOptions.none().deadline(ofHours(1)));
    Caller<Boolean> cancelling = Caller.running(() -> waiting.cancel(true));
    Patience.await(clock.cancelling, "the cancellation");
    held.release();
    executor.close();
    try {
      assertTrue(waiting.isDone());
    } finally {
      clock.goOn.countDown();
    }
    assertTrue(cancelling.value());
  }

  /** Whose interrupts take long, though what they interrupt goes on at once. */
  private static final class SlowToInterrupt extends Thread {
    private final CountDownLatch goOn;

    SlowToInterrupt(Runnable task, CountDownLatch goOn) {
      super(task);
      this.goOn = goOn;
      setDaemon(true);
    }

    @Override
    public void interrupt() {
      super.interrupt();
      await(goOn);
    }
  }

  @Test
  @DisplayName("E12: a task that has ended before its interrupt was sent keeps no processor busy")
  void waitsForItsInterrupt() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    CompletableFuture<Thread> started = new CompletableFuture<>();
    try (ExecutorService pool =
            Executors.newSingleThreadExecutor(task -> new SlowToInterrupt(task, goOn));
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).workers(Workers.on(pool)))) {
      CountDownLatch never = new CountDownLatch(1);
      ExecutorFuture<Object> future =
          executor.submit(
              () -> {
                started.complete(Thread.currentThread());
                never.await();
                return null;
              });
      Thread worker = started.get();
      Patience.until(() -> worker.getState() == Thread.State.WAITING, "the task");
      Caller<Boolean> cancelling = Caller.running(() -> future.cancel(true));
      try {
        Patience.until(() -> worker.getState() == Thread.State.TIMED_WAITING, "its pause");
      } finally {
        goOn.countDown();
      }
      assertTrue(cancelling.value());
    }
  }

  @Test
  @DisplayName("A38: shutdownAndCancel cancels also what a worker puts off at that moment")
  void cancelsWhatIsPutOff() throws Exception {
    for (int round = 0; round < 300; round++) {
      ParallelExecutor executor =
          ParallelExecutor.of(Parallel.of(64).rateLimit(RateLimit.perHour(1)));
      CountDownLatch many = new CountDownLatch(200);
      List<Caller<Boolean>> submitting = new ArrayList<>();
      for (int thread = 0; thread < 2; thread++) {
        submitting.add(Caller.running(() -> submitMany(executor, many)));
      }
      Patience.await(many, "tasks");
      executor.shutdownAndCancel();
      assertTrue(
          executor.awaitTermination(Patience.LIMIT.toNanos(), TimeUnit.NANOSECONDS),
          "in round " + round);
      for (Caller<Boolean> each : submitting) {
        each.value();
      }
    }
  }

  private static void submitMany(ParallelExecutor executor, CountDownLatch submitted) {
    try {
      for (int task = 0; task < 1_000; task++) {
        executor.submit(() -> 1);
        submitted.countDown();
      }
    } catch (RejectedExecutionException expected) {
      // it was shut down
    }
  }

  @Test
  @DisplayName("X9: what shutdownNow returns can be cancelled and waited for, as on other pools")
  void whatIsGivenBackIsAFuture() throws Exception {
    CompletableFuture<Thread> started = new CompletableFuture<>();
    ParallelExecutor executor = ParallelExecutor.of(1);
    executor.submit(() -> untilReleased(started));
    started.get();
    ExecutorFuture<Integer> first = executor.submit(() -> 1);
    ExecutorFuture<Integer> second = executor.submit(() -> 2);
    List<Runnable> notBegun = executor.shutdownNow();
    assertEquals(List.of(first, second), notBegun);
    assertTrue(((Future<?>) notBegun.getFirst()).cancel(false));
    notBegun.forEach(Runnable::run);
    assertTrue(first.isCancelled());
    assertEquals(2, second.get());
    released.set(true);
    executor.close();
  }

  @Test
  @DisplayName("X9: who runs a waiting task takes it from the executor; one that has begun is left")
  void whoRunsATaskTakesIt() throws Exception {
    CompletableFuture<Thread> started = new CompletableFuture<>();
    AtomicInteger calls = new AtomicInteger();
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      ExecutorFuture<Thread> running = executor.submit(() -> untilReleased(started));
      started.get();
      running.run();
      assertFalse(running.isDone());
      ExecutorFuture<Thread> waiting =
          executor.submit(
              () -> {
                calls.incrementAndGet();
                return Thread.currentThread();
              });
      waiting.run();
      assertSame(Thread.currentThread(), waiting.get());
      waiting.run();
      released.set(true);
      assertEquals(3, executor.submit(() -> 3).get());
    }
    assertEquals(1, calls.get());
  }
}
