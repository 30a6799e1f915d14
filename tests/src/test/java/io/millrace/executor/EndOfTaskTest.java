package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
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
