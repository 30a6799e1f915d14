package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.RunControl;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@NoLeaks
@DisplayName("An executor that is changed while it runs")
class LiveExecutorTest {
  private final ScriptedAction<Integer, Integer> action =
      ScriptedAction.<Integer, Integer>on(TimeSource.system())
          .anyItem()
          .blocks()
          .computes(item -> item);

  private List<Future<Integer>> submit(ParallelExecutor executor, int tasks) {
    List<Future<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < tasks; i++) {
      int item = i;
      futures.add(executor.submit(() -> action.apply(item)));
    }
    return futures;
  }

  @Test
  @DisplayName("LC2: starts no task while it is paused")
  void startsNoTaskWhileItIsPaused() throws Exception {
    try (var executor = ParallelExecutor.of(2)) {
      List<Future<Integer>> futures = submit(executor, 2);
      action.awaitRunning(2);
      executor.pause();
      futures.addAll(submit(executor, 2));
      action.releaseAll();
      futures.get(0).get();
      futures.get(1).get();
      assertThrows(TimeoutException.class, () -> futures.get(2).get(20, TimeUnit.MILLISECONDS));
      assertTrue(executor.isPaused());
      assertTrue(executor.toString().endsWith("paused]"), executor.toString());
      assertEquals(2, action.calls().size());
      executor.resume();
      futures.get(3).get();
      assertFalse(executor.isPaused());
    }
  }

  @Test
  @DisplayName("LC2: runs all tasks when it is closed in a pause, and cannot be paused afterwards")
  void isResumedByItsEnd() throws Exception {
    action.releaseAll();
    var executor = ParallelExecutor.of(2);
    executor.pause();
    List<Future<Integer>> futures = submit(executor, 5);
    executor.close();
    for (int i = 0; i < 5; i++) {
      assertEquals(i, futures.get(i).get());
    }
    executor.pause();
    assertFalse(executor.isPaused());
  }

  @Test
  @DisplayName("LC2: a deadline ends a task in a pause")
  void deadlinesEndInAPause() throws Exception {
    try (ManualClock clock = new ManualClock();
        var executor =
            ParallelExecutor.of(
                Parallel.of(2).clock(clock), QueueLimit.unlimited(), Duration.ofSeconds(5))) {
      executor.pause();
      Future<Integer> future = executor.submit(() -> 1);
      clock.awaitTimers(1);
      clock.advance(Duration.ofSeconds(5));
      var late = assertThrows(ExecutionException.class, future::get);
      assertEquals(TimeoutException.class, late.getCause().getClass());
    }
  }

  @Test
  @DisplayName("LC3: runs more tasks at once, and fewer")
  void changesItsConcurrency() throws Exception {
    try (var executor = ParallelExecutor.of(1)) {
      List<Future<Integer>> futures = submit(executor, 6);
      action.awaitRunning(1);
      executor.concurrency(4);
      action.awaitRunning(4);
      assertEquals(4, executor.concurrency());
      executor.concurrency(1);
      for (int i = 0; i < 4; i++) {
        action.release(i);
        futures.get(i).get();
      }
      action.awaitRunning(1);
      assertEquals(1, action.running());
      action.releaseAll();
      futures.get(5).get();
      assertEquals(4, action.maxRunning());
      assertThrows(IllegalArgumentException.class, () -> executor.concurrency(0));
    }
  }

  @Test
  @DisplayName("LC3: a queue limit holds for the tasks that wait, whatever the concurrency is")
  void keepsItsQueueLimit() throws Exception {
    try (var executor = ParallelExecutor.of(Parallel.of(1), QueueLimit.rejecting(1))) {
      submit(executor, 2);
      assertThrows(RejectedExecutionException.class, () -> submit(executor, 1));
      executor.concurrency(3);
      submit(executor, 2);
      assertThrows(RejectedExecutionException.class, () -> submit(executor, 1));
      action.awaitRunning(3);
      executor.concurrency(1);
      action.releaseAll();
    }
  }

  @Test
  @DisplayName(
      "LC3: any concurrency is taken at once with a queue limit, any number of times, and the limit holds")
  @Timeout(5)
  void takesAnyConcurrency() throws Exception {
    action.releaseAll();
    try (var executor = ParallelExecutor.of(Parallel.of(2), QueueLimit.rejecting(10))) {
      for (int round = 0; round < 3; round++) {
        executor.concurrency(Integer.MAX_VALUE);
        submit(executor, 3).getLast().get();
        executor.concurrency(1);
        submit(executor, 3).getLast().get();
      }
    }
  }

  @Test
  @DisplayName("L4: those who wait for room get it in their order when the concurrency is raised")
  @Timeout(5)
  void letsWaitersIn() throws Exception {
    try (var executor = ParallelExecutor.of(Parallel.of(1), QueueLimit.waiting(1))) {
      submit(executor, 2);
      List<Integer> order = new CopyOnWriteArrayList<>();
      List<Thread> waiters = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        int number = i;
        Thread waiter =
            Thread.ofPlatform()
                .start(
                    () -> {
                      var _ = executor.submit(() -> order.add(number));
                    });
        waiters.add(waiter);
        while (waiter.getState() != Thread.State.WAITING) {
          Thread.onSpinWait();
        }
      }
      executor.concurrency(4);
      for (Thread waiter : waiters) {
        waiter.join();
      }
      action.releaseAll();
      executor.shutdown();
      assertTrue(executor.awaitTermination(5, TimeUnit.SECONDS));
      assertEquals(3, order.size());
    }
  }

  @Test
  @DisplayName("LC3: finds that all workers wait for each other, by the concurrency of that moment")
  void findsDeadlocksOfNow() throws Exception {
    try (var executor = ParallelExecutor.of(5)) {
      executor.concurrency(1);
      Future<Integer> outer = executor.submit(() -> executor.submit(() -> 1).get());
      var stuck = assertThrows(ExecutionException.class, outer::get);
      assertEquals(DeadlockException.class, stuck.getCause().getClass());
    }
  }

  @Test
  @DisplayName("A control is for runs: an executor has methods of its own")
  void refusesAControl() {
    Parallel parallel = Parallel.of(1).control(new RunControl());
    var refused = assertThrows(IllegalArgumentException.class, () -> ParallelExecutor.of(parallel));
    assertTrue(refused.getMessage().contains("control"), refused.getMessage());
  }
}
