package io.millrace.executor;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.Context;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.Workers;
import io.millrace.testkit.NoLeaks;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Tasks that wait for tasks of their own executor, and where its stages run. */
@NoLeaks
@Timeout(60)
class DeadlockTest {

  /** A way for a task to wait for another one of its executor. */
  @FunctionalInterface
  private interface OwnWait {
    Object in(ParallelExecutor executor) throws Exception;
  }

  @TestFactory
  @DisplayName("X6: a task that waits for a task which no worker is left to run is told so")
  Stream<DynamicTest> everyWait() {
    Callable<Integer> one = () -> 1;
    List<Integer> items = List.of(1);
    return Stream.of(
        test("get", executor -> executor.submit(one).get()),
        test("get with a timeout of ever", e -> e.submit(one).get(Long.MAX_VALUE, TimeUnit.DAYS)),
        test("join", executor -> executor.submit(one).join()),
        test("result", executor -> executor.submit(one).result()),
        test("invokeAll", executor -> executor.invokeAll(List.of(one)).getFirst().get()),
        test("invokeAny", executor -> executor.invokeAny(List.of(one))),
        test("map", executor -> executor.map(items, item -> item).getFirst()),
        test(
            "waitFor",
            executor ->
                ParallelExecutor.waitFor(
                    List.of(executor.submit(one)), WaitStrategy.ALL_COMPLETED)),
        test(
            "asCompleted",
            executor -> ParallelExecutor.asCompleted(List.of(executor.submit(one))).count()),
        test(
            "room",
            executor -> {
              executor.submit(one);
              return executor.submit(one);
            }));
  }

  private static void ignoreInterrupts(CountDownLatch ended) {
    while (ended.getCount() > 0) {
      try {
        ended.await();
      } catch (InterruptedException ignored) {
        // by its timeout
      }
    }
  }

  @Test
  @DisplayName("X6: a stage of a task that was abandoned closes the executor, and holds up no end")
  void closeByAStage() throws Exception {
    ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).grace(ofMillis(20)));
    CountDownLatch ended = new CountDownLatch(1);
    Callable<Integer> late =
        () -> {
          ignoreInterrupts(ended);
          return 1;
        };
    CompletableFuture<Integer> closing =
        executor
            .submit(late, TaskOptions.none().attemptTimeout(ofMillis(50)))
            .whenComplete((value, error) -> executor.close());
    try {
      assertThrows(ExecutionException.class, () -> closing.get(10, TimeUnit.SECONDS));
      assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS));
    } finally {
      ended.countDown();
    }
  }

  @Test
  @DisplayName("X6: a task that was abandoned closes its executor after the end of that")
  void closeAfterTheEnd() throws Exception {
    ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).grace(ofMillis(20)));
    CountDownLatch ended = new CountDownLatch(1);
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    Callable<Integer> late =
        () -> {
          ignoreInterrupts(ended);
          try {
            executor.close();
            closed.complete(executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
          } catch (Throwable thrown) {
            closed.completeExceptionally(thrown);
          }
          return 1;
        };
    executor.submit(late, TaskOptions.none().attemptTimeout(ofMillis(20)));
    executor.close();
    ended.countDown();

    assertTrue(closed.get());
  }

  @Test
  @DisplayName(
      "X6: a task that closes its own executor is told that it would wait for itself; the others run")
  void ownClose() throws Exception {
    ParallelExecutor executor = ParallelExecutor.of(2);
    CountDownLatch closed = new CountDownLatch(1);
    ExecutorFuture<Integer> other =
        executor.submit(
            () -> {
              closed.await();
              return 2;
            });
    ExecutorFuture<Boolean> closing =
        executor.submit(
            () -> {
              assertThrows(DeadlockException.class, executor::close);
              assertThrows(
                  DeadlockException.class,
                  () -> executor.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS));
              closed.countDown();
              return executor.isShutdown();
            });

    assertTrue(closing.get());
    assertEquals(2, other.get());
    executor.close();
    assertTrue(executor.isTerminated());
  }

  private static DynamicTest test(String name, OwnWait wait) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          try (ParallelExecutor executor =
              ParallelExecutor.of(Parallel.of(1), QueueLimit.waiting(1))) {
            ExecutorFuture<Object> outer = executor.submit(() -> wait.in(executor));
            DeadlockException deadlock = assertThrows(DeadlockException.class, outer::result);
            assertTrue(deadlock.getMessage().startsWith("all 1 workers"), deadlock.getMessage());
            assertEquals(2, executor.submit(() -> 2).get(), "the executor goes on");
          }
        });
  }

  @RepeatedTest(20)
  @DisplayName("X6: of several workers that wait so, the last is told, and the others go on")
  void theLastIsTold() throws Exception {
    int workers = 4;
    CyclicBarrier all = new CyclicBarrier(workers);
    try (ParallelExecutor executor = ParallelExecutor.of(workers)) {
      List<ExecutorFuture<Integer>> outer =
          IntStream.range(0, workers)
              .mapToObj(
                  i ->
                      executor.submit(
                          () -> {
                            all.await();
                            return executor.submit(() -> i).get();
                          }))
              .toList();
      int told = 0;
      for (int i = 0; i < workers; i++) {
        try {
          assertEquals(i, outer.get(i).get());
        } catch (ExecutionException failed) {
          assertInstanceOf(DeadlockException.class, failed.getCause());
          told++;
        }
      }
      assertEquals(1, told, "tasks that were told");
    }
  }

  @RepeatedTest(20)
  @DisplayName("X6: as long as one worker is left, nobody is told, however many wait and go on")
  void nobodyIsToldInVain() throws Exception {
    int workers = 4;
    try (ParallelExecutor executor = ParallelExecutor.of(workers)) {
      List<Caller<Integer>> callers = new ArrayList<>();
      for (int i = 0; i < workers - 1; i++) {
        callers.add(
            Caller.of(
                () -> {
                  int sum = 0;
                  for (int round = 0; round < 100; round++) {
                    sum += executor.submit(() -> executor.submit(() -> 1).get()).get();
                  }
                  return sum;
                }));
      }
      for (Caller<Integer> caller : callers) {
        assertEquals(100, caller.value());
      }
    }
  }

  @Test
  @DisplayName("X6: a task that waits for itself is told so, also if other workers are free")
  void aTaskThatWaitsForItself() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      CompletableFuture<Future<?>> self = new CompletableFuture<>();
      ExecutorFuture<Object> task = executor.submit(() -> self.join().get());
      self.complete(task);
      assertThrows(DeadlockException.class, task::result);
    }
  }

  @TestFactory
  @DisplayName("X6: a task that waits for itself at last is told so by waitFor and asCompleted")
  Stream<DynamicTest> everyWaitForItself() {
    return Stream.of(
        itself("all", (self, done) -> wait(self, done, WaitStrategy.ALL_COMPLETED)),
        itself("first", (self, _) -> wait(self, self, WaitStrategy.FIRST_COMPLETED)),
        itself("failure", (self, done) -> wait(self, done, WaitStrategy.FIRST_EXCEPTION)),
        itself(
            "asCompleted",
            (self, done) -> ParallelExecutor.asCompleted(List.of(self, done)).count()));
  }

  private static Object wait(
      ExecutorFuture<Object> self, ExecutorFuture<Object> other, WaitStrategy strategy)
      throws Exception {
    return ParallelExecutor.waitFor(List.of(self, other), strategy);
  }

  /** A way for a task to wait for itself and for another one that is done soon. */
  @FunctionalInterface
  private interface SelfWait {
    Object of(ExecutorFuture<Object> self, ExecutorFuture<Object> other) throws Exception;
  }

  private static DynamicTest itself(String name, SelfWait wait) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          try (ParallelExecutor executor = ParallelExecutor.of(3)) {
            CompletableFuture<ExecutorFuture<Object>> self = new CompletableFuture<>();
            ExecutorFuture<Object> task =
                executor.submit(() -> wait.of(self.join(), executor.submit(() -> 1)));
            self.complete(task);
            try {
              assertThrows(DeadlockException.class, () -> task.result(Patience.LIMIT));
            } finally {
              task.cancel(true);
            }
          }
        });
  }

  @Test
  @DisplayName("X6: a stream of asCompleted that others have made tells the worker that reads it")
  void aStreamThatOthersHaveMade() throws Exception {
    CountDownLatch made = new CountDownLatch(1);
    CompletableFuture<Stream<ExecutorFuture<Integer>>> stream = new CompletableFuture<>();
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      ExecutorFuture<Long> outer =
          executor.submit(
              () -> {
                made.await();
                return stream.join().count();
              });
      stream.complete(ParallelExecutor.asCompleted(List.of(executor.submit(() -> 1))));
      made.countDown();
      try {
        assertThrows(DeadlockException.class, () -> outer.result(Patience.LIMIT));
      } finally {
        outer.cancel(true);
      }
    }
  }

  @Test
  @DisplayName("X6: a wait with a timeout is not a deadlock; nor is one for another executor")
  void waitsThatEndByThemselves() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1);
        ParallelExecutor other = ParallelExecutor.of(1)) {
      ExecutorFuture<Integer> outer =
          executor.submit(
              () -> {
                ExecutorFuture<Integer> inner = executor.submit(() -> 1);
                assertThrows(TimeoutException.class, () -> inner.result(ofMillis(1)));
                inner.cancel(true);
                return other.submit(() -> 2).result(ofDays(1)) + other.submit(() -> 1).get();
              });
      assertEquals(3, outer.get());
    }
  }

  @Test
  @DisplayName(
      "X6: asynchronous stages run in the task's executor, with the context of their maker")
  void asynchronousStagesStayInTheExecutor() throws Exception {
    ThreadLocal<String> local = new ThreadLocal<>();
    Parallel platform =
        Parallel.of(1).workers(Workers.platform()).context(ContextCarrier.of(local));
    CountDownLatch made = new CountDownLatch(1);
    try (ParallelExecutor executor = ParallelExecutor.of(platform)) {
      local.set("maker");
      CompletableFuture<List<String>> seen =
          executor
              .submit(
                  () -> {
                    made.await();
                    return Thread.currentThread().getName();
                  })
              .thenApply(name -> name)
              .thenApplyAsync(name -> List.of(name, Thread.currentThread().getName(), local.get()));
      local.remove();
      made.countDown();
      assertEquals(List.of("millrace-worker", "millrace-worker", "maker"), seen.get());
      assertEquals(List.of(), Context.none().carriers());
    }
  }

  @Test
  @DisplayName("X6: an asynchronous stage that is due after the shutdown runs all the same")
  void aStageAfterTheShutdown() throws Exception {
    CountDownLatch shut = new CountDownLatch(1);
    ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1), QueueLimit.rejecting(0));
    CompletableFuture<Thread> thread = new CompletableFuture<>();
    ExecutorFuture<Integer> task =
        executor.submit(
            () -> {
              thread.complete(Thread.currentThread());
              shut.await();
              return 1;
            });
    CompletableFuture<Thread> stage = task.thenApplyAsync(_ -> Thread.currentThread());
    executor.shutdown();
    shut.countDown();
    executor.close();
    assertSame(thread.get(), stage.resultNow(), "in the worker, before the executor has ended");
    assertEquals(2, task.thenApplyAsync(value -> value + 1).get());
  }

  @Test
  @DisplayName("X6: who has taken what it waited for does not count as waiting until it has left")
  void overWhenTaken() throws Exception {
    DoneQueue<String> queue = new DoneQueue<>(TimeSource.system(), null, _ -> false);
    for (String each : List.of("first", "second")) {
      OwnWaits.Awaited next = queue.awaitingNext();
      assertFalse(next.isOver());
      queue.add(each);
      assertTrue(next.isOver());
      assertEquals(each, queue.poll(TimeLimit.of(TimeSource.system(), Long.MAX_VALUE)));
      assertTrue(next.isOver(), "seen as waiting again");
    }
  }
}
