package io.millrace.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.plan.Workers;
import io.millrace.scope.CancelScope;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Pools that start by themselves. */
@NoLeaks
@Timeout(120)
class WorkPoolTest {
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());

  private static WorkPool pool(int workers) {
    return WorkPool.of(Parallel.of(workers));
  }

  @Test
  @DisplayName("AX2: at most so many at once, the excess waits its turn, first in, first out")
  void firstInFirstOut() throws Exception {
    WorkPool pool = pool(1);
    action.item(0).blocks().returns(0).anyItem().computes(item -> item);
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<ExecutorFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      int number = i;
      futures.add(
          pool.submit(
              () -> {
                order.add(number);
                return action.apply(number);
              }));
    }
    action.awaitRunning(1);
    assertEquals(List.of(0), order);
    action.releaseAll();
    for (int i = 0; i < 100; i++) {
      assertEquals(i, futures.get(i).result());
    }
    assertEquals(IntStream.range(0, 100).boxed().toList(), order);
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName("AX2: a million queued tasks have no thread each, and all of them run")
  void aMillionQueuedTasks() throws Exception {
    WorkPool pool = WorkPool.of(Parallel.of(2).workers(Workers.platform()));
    action.blocks().returns(0);
    pool.submit(() -> action.apply(0));
    pool.submit(() -> action.apply(1));
    action.awaitRunning(2);
    AtomicLong sum = new AtomicLong();
    for (int i = 1; i <= 1_000_000; i++) {
      int number = i;
      pool.submit(() -> sum.addAndGet(number));
    }
    long threads =
        Thread.getAllStackTraces().keySet().stream()
            .filter(thread -> thread.getName().startsWith("millrace-worker"))
            .count();
    assertEquals(2, threads);
    assertEquals(0, sum.get());
    action.releaseAll();
    pool.shutdownAndWait();
    assertEquals(1_000_000L * 1_000_001 / 2, sum.get());
  }

  @Test
  @DisplayName(
      "AX10: a pool starts with its first task, and its threads only exist while there is work")
  void itStartsWithItsFirstTask() throws Exception {
    WorkPool pool = pool(3);
    assertFalse(pool.started());
    assertEquals(7, pool.submit(() -> 7).result());
    assertTrue(pool.started());
    pool.shutdownAndWait();
    assertFalse(pool.started());
    pool.shutdownAndWait(); // once more does nothing
  }

  @Test
  @DisplayName(
      "AX10, LF1: an initial delay holds its first tasks, and not a shutdown without tasks")
  void anInitialDelayHoldsNoShutdown() throws Exception {
    WorkPool pool = WorkPool.of(Parallel.of(1).initialDelay(java.time.Duration.ofDays(1)));
    pool.executor();
    pool.shutdownAndWait();
    assertFalse(pool.started());
  }

  @Test
  @DisplayName("AX10: it is configured before it starts, and only once")
  void itIsConfiguredOnce() throws Exception {
    WorkPool pool = pool(1);
    assertThrows(IllegalArgumentException.class, () -> pool.configure(0));
    pool.configure(5);
    assertThrows(IllegalStateException.class, () -> pool.configure(6));
    assertEquals(5, pool.executor().concurrency());
    assertThrows(IllegalStateException.class, () -> pool.configure(6));
    pool.shutdownAndWait();
    pool.configure(2);
    assertEquals(2, pool.executor().concurrency());
    pool.shutdownAndWait();
    assertEquals(1, pool.executor().concurrency());
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName(
      "AX10, A89: after a shutdown the next task starts it again; the old executor refuses")
  void itStartsAgain() throws Exception {
    WorkPool pool = pool(2);
    ParallelExecutor first = pool.executor();
    assertSame(first, pool.executor());
    pool.shutdown();
    assertThrows(RejectedExecutionException.class, () -> first.submit(() -> 1));
    assertEquals(1, pool.submit(() -> 1).result());
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName("AX10: a shutdown lets tasks end that were submitted; it waits for them if it is to")
  void aShutdownLetsTasksEnd() throws Exception {
    WorkPool pool = pool(1);
    action.blocks().computes(item -> item);
    ExecutorFuture<Integer> running = pool.submit(() -> action.apply(0));
    ExecutorFuture<Integer> queued = pool.submit(() -> action.apply(1));
    action.awaitRunning(1);
    pool.shutdown();
    assertFalse(running.isDone() || queued.isDone());
    action.releaseAll();
    assertEquals(0, running.result());
    assertEquals(1, queued.result());
    pool.submit(() -> action.apply(2));
    pool.shutdownAndWait();
    assertEquals(3, action.calls().size());
  }

  @Test
  @DisplayName("AX10: of tasks that come while the pool is shut down, none is refused or lost")
  void noTaskIsLost() throws Exception {
    WorkPool pool = pool(4);
    AtomicInteger done = new AtomicInteger();
    List<Thread> users =
        IntStream.range(0, 4)
            .mapToObj(
                user ->
                    Thread.startVirtualThread(
                        () -> {
                          for (int i = 0; i < 50; i++) {
                            pool.submit(done::incrementAndGet);
                          }
                        }))
            .toList();
    for (int i = 0; i < 20; i++) {
      if (i % 2 == 0) {
        pool.shutdownAndWait();
      } else {
        pool.shutdown();
      }
    }
    for (Thread user : users) {
      user.join();
    }
    pool.shutdownAndWait();
    while (done.get() < 200) { // what a shutdown did not wait for
      Thread.onSpinWait();
    }
    assertEquals(200, done.get());
  }

  @Test
  @DisplayName("AX10: the I/O pool has virtual threads, the CPU pool one platform thread a core")
  void thePoolsOfTheProcess() throws Exception {
    assertEquals(Runtime.getRuntime().availableProcessors(), WorkPool.cores());
    assertTrue(WorkPool.io().submit(() -> Thread.currentThread().isVirtual()).result());
    assertFalse(WorkPool.cpu().submit(() -> Thread.currentThread().isVirtual()).result());
    assertEquals(WorkPool.cores(), WorkPool.cpu().executor().concurrency());
    assertEquals(1024, WorkPool.io().executor().concurrency());
    WorkPool.io().shutdownAndWait();
    WorkPool.cpu().shutdownAndWait();
  }

  @Test
  @DisplayName("AX8, AX10: what a pool schedules keeps its failure until it is asked for")
  void aPoolSchedules() throws Exception {
    WorkPool pool = pool(2);
    IOException failure = new IOException("failure");
    ExecutorFuture<Integer> failed =
        pool.submit(
            () -> {
              throw failure;
            });
    failed.await();
    assertSame(failure, assertThrows(IOException.class, failed::result));
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName("A88, AX10: what means nothing for tasks is refused where the pool is made")
  void whatMeansNothingIsRefused() {
    assertThrows(
        IllegalArgumentException.class,
        () -> WorkPool.of(Parallel.of(2).workers(Workers.caller())));
    assertThrows(IllegalArgumentException.class, () -> WorkPool.of(Parallel.of(2).window(3)));
  }

  @Test
  @DisplayName("AX10, LF8: a pool that is first used inside a scope is not cancelled with it")
  void aScopeDoesNotEndAPool() throws Exception {
    WorkPool pool = WorkPool.of(Parallel.of(1));
    CancelScope scope = CancelScope.of();
    scope.run(
        () -> {
          assertEquals(1, pool.submit(() -> 1).result());
          assertEquals(2, Work.schedule(() -> 2).result());
          scope.cancel();
        });
    Thread.interrupted();
    assertEquals(3, pool.submit(() -> 3).result());
    assertEquals(4, Work.schedule(() -> 4).result());
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName("E11, A86: scheduled tasks run again after one for which no thread was to be had")
  void schedulesAgain() throws Exception {
    Work.Unbounded.POOL.executor().shutdown(); // for good, as by whatever else ends it
    assertEquals(1, Work.schedule(() -> 1).result());
  }
}
