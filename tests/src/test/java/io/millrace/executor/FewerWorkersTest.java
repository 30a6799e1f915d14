package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.millrace.Parallel;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

/** Tasks that wait for tasks of their own executor while more of them run than its concurrency, which was lowered. */
@NoLeaks
@Timeout(60)
class FewerWorkersTest {
  private final CountDownLatch started = new CountDownLatch(3);
  private final CountDownLatch isLowered = new CountDownLatch(1);
  private final CountDownLatch mayEnd = new CountDownLatch(1);
  private final List<Thread> waiting = new CopyOnWriteArrayList<>();

  @FunctionalInterface
  private interface OwnWait {
    Object in(ParallelExecutor executor, ExecutorFuture<String> running) throws Exception;
  }

  /* A task that waits once the concurrency is lowered. */
  private Callable<Object> late(
      OwnWait wait, ParallelExecutor executor, ExecutorFuture<String> running) {
    return () -> {
      started.countDown();
      isLowered.await();
      waiting.add(Thread.currentThread());
      return wait.in(executor, running);
    };
  }

  private ExecutorFuture<String> running(ParallelExecutor executor) {
    return executor.submit(
        () -> {
          started.countDown();
          mayEnd.await();
          return "value";
        });
  }

  /* Until each of them waits, or was told that it must not. */
  private void awaitWaits(List<? extends Future<?>> tasks) {
    while (tasks.stream().filter(Future::isDone).count()
            + waiting.stream().filter(FewerWorkersTest::isWaiting).count()
        < tasks.size()) {
      Thread.yield();
    }
  }

  private static boolean isWaiting(Thread thread) {
    return switch (thread.getState()) {
      case WAITING, TIMED_WAITING -> true;
      case NEW, RUNNABLE, BLOCKED, TERMINATED -> false;
    };
  }

  @TestFactory
  @DisplayName("X6: who waits for a task that runs beyond the lowered concurrency gets its value")
  Stream<DynamicTest> waitsForWhatRuns() {
    return Stream.of(
        test("result", (_, running) -> running.result()),
        test("join", (_, running) -> running.join()),
        test("await", (_, running) -> running.await().result()),
        test(
            "waitFor",
            (_, running) -> {
              ParallelExecutor.waitFor(List.of(running));
              return running.result();
            }),
        test(
            "waitFor the first",
            (executor, running) -> {
              ExecutorFuture<String> queued = executor.submit(() -> "later");
              ParallelExecutor.waitFor(List.of(queued, running), WaitStrategy.FIRST_COMPLETED);
              return running.result();
            }),
        test(
            "asCompleted",
            (_, running) ->
                ParallelExecutor.asCompleted(List.of(running)).toList().getFirst().get()));
  }

  private static DynamicTest test(String name, OwnWait wait) {
    return DynamicTest.dynamicTest(name, () -> new FewerWorkersTest().lowerThenWait(wait));
  }

  private void lowerThenWait(OwnWait wait) throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(3)) {
      ExecutorFuture<String> running = running(executor);
      List<ExecutorFuture<Object>> tasks = new ArrayList<>();
      for (int i = 0; i < 2; i++) {
        tasks.add(executor.submit(late(wait, executor, running)));
      }
      started.await();
      executor.concurrency(1);
      isLowered.countDown();
      awaitWaits(tasks);
      mayEnd.countDown();
      for (ExecutorFuture<Object> each : tasks) {
        assertEquals("value", each.result());
      }
    }
  }

  @Test
  @DisplayName(
      "X6: who waits for room that a task gives back which runs beyond the lowered concurrency gets it")
  void waitsForRoom() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(3), QueueLimit.waiting(3))) {
      ExecutorFuture<String> running = running(executor);
      ExecutorFuture<Object> first =
          executor.submit(late((_, _) -> executor.submit(() -> 1), executor, running));
      ExecutorFuture<Object> second =
          executor.submit(late((_, of) -> of.result(), executor, running));
      started.await();
      executor.concurrency(1); // room for four, of which three are taken
      executor.submit(() -> 0);
      isLowered.countDown();
      awaitWaits(List.of(first, second));
      mayEnd.countDown();
      assertEquals("value", second.result());
      assertInstanceOf(ExecutorFuture.class, first.result());
    }
  }

  @Test
  @DisplayName(
      "X6: who waits for a task that no worker may begin is told, though one still runs beyond the lowered concurrency")
  void waitsForWhatIsQueued() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(3)) {
      ExecutorFuture<String> running = running(executor);
      OwnWait forAll =
          (_, of) -> ParallelExecutor.waitFor(List.of(of, executor.submit(() -> "later")));
      ExecutorFuture<Object> task = executor.submit(late(forAll, executor, running));
      started.countDown();
      started.await();
      executor.concurrency(1);
      isLowered.countDown();
      assertThrows(DeadlockException.class, task::result);
      mayEnd.countDown();
      assertEquals("value", running.result());
    }
  }

  @Test
  @DisplayName(
      "X6: as many are told as have to leave so that a worker can begin what the rest waits for")
  void allWait() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(3)) {
      ExecutorFuture<String> none =
          new ExecutorFuture<>(executor.clock(), executor.home().reference());
      OwnWait forAnother = (_, _) -> executor.submit(() -> "later").result();
      List<ExecutorFuture<Object>> tasks = new ArrayList<>();
      for (int i = 0; i < 3; i++) {
        tasks.add(executor.submit(late(forAnother, executor, none)));
      }
      started.await();
      executor.concurrency(2);
      isLowered.countDown();
      int told = 0;
      for (ExecutorFuture<Object> each : tasks) {
        told += each.await().exception().isPresent() ? 1 : 0;
      }
      assertEquals(2, told);
      for (ExecutorFuture<Object> each : tasks) {
        each.exception().ifPresent(why -> assertInstanceOf(DeadlockException.class, why));
      }
    }
  }

  @Test
  @DisplayName(
      "X6: who would keep the last slot, when what runs beyond the lowered concurrency has ended, is told")
  void keepsTheLastSlot() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(3)) {
      ExecutorFuture<String> running = running(executor);
      ExecutorFuture<Object> near =
          executor.submit(late((_, of) -> of.result(), executor, running));
      ExecutorFuture<Object> stuck =
          executor.submit(late((_, _) -> executor.submit(() -> 1).result(), executor, running));
      started.await();
      executor.concurrency(1);
      isLowered.countDown();
      assertThrows(DeadlockException.class, stuck::result);
      mayEnd.countDown();
      assertEquals("value", near.result());
    }
  }
}
