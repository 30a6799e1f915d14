package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How many run at once, and in which order they start. */
interface SchedulingConformance extends Conformance {

  @Test
  @DisplayName("I1: as many tasks run at once as there are threads, and never one more")
  default void exactlySoManyAtOnce() throws Exception {
    var running = new AtomicInteger();
    var most = new AtomicInteger();
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      futures.add(
          executor()
              .submit(
                  () -> {
                    most.accumulateAndGet(running.incrementAndGet(), Math::max);
                    Thread.yield();
                    running.decrementAndGet();
                  }));
      if (i % 100 == 0) {
        assertHealthy();
      }
    }
    for (Future<?> future : futures) {
      future.get();
    }
    assertTrue(most.get() <= threads(), () -> "at once: " + most);
    assertHealthy();
  }

  @Test
  @DisplayName("AX2: tasks start in the order they came, each as soon as a thread is free")
  default void firstComeFirstServed() throws Exception {
    List<Held> tasks = new ArrayList<>(occupy());
    int count = 4 * threads();
    for (int i = 0; i < count; i++) {
      var task = Held.task();
      tasks.add(task);
      switch (i % 3) {
        case 0 -> executor().submit(task);
        case 1 -> executor().submit(task::run);
        default -> executor().execute(task::run);
      }
    }
    for (int next = threads(); next < tasks.size(); next++) {
      assertFalse(tasks.get(next).isStarted(), "task " + next + " started too early");
      tasks.get(next - threads()).release();
      tasks.get(next).awaitStart();
    }
    Held.release(tasks);
  }

  @Test
  @DisplayName("AX2: what one thread hands in, one worker starts in the same order")
  default void theOrderOfOneWorker() throws Exception {
    var running = occupy();
    List<Integer> order = Collections.synchronizedList(new ArrayList<>());
    List<Integer> numbers = IntStream.range(0, 1_000).boxed().toList();
    List<Future<?>> futures = new ArrayList<>();
    for (int number : numbers) {
      futures.add(executor().submit(() -> order.add(number)));
    }
    running.getFirst().release(); // the other workers stay busy
    for (Future<?> future : futures) {
      future.get();
    }
    assertEquals(numbers, order);
    Held.release(running);
  }

  @Test
  @DisplayName("AX2: a hundred thousand tasks wait in the queue, and each runs once")
  default void aLongQueue() throws Exception {
    int count = 100_000;
    var running = occupy();
    var runs = new AtomicInteger();
    var all = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      Runnable task =
          () -> {
            runs.incrementAndGet();
            all.countDown();
          };
      if (i % 2 == 0) {
        executor().execute(task);
      } else {
        executor().submit(task);
      }
    }
    assertEquals(0, runs.get(), "runs");
    Held.release(running);
    Patience.await(all, "the last task");
    executor().shutdown();
    awaitTermination();
    assertEquals(count, runs.get(), "runs");
  }

  @Test
  @DisplayName("AX2: thousands of tasks that are cancelled in the queue do not run")
  default void aLongQueueCancelled() throws Exception {
    int count = 10_000;
    var running = occupy();
    var runs = new AtomicInteger();
    List<Future<?>> futures = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      futures.add(executor().submit((Runnable) runs::incrementAndGet));
    }
    futures.forEach(future -> assertTrue(future.cancel(true), "cancel"));
    Held.release(running);
    assertHealthy();
    executor().shutdown();
    awaitTermination();
    assertEquals(0, runs.get(), "runs");
  }

  @Test
  @DisplayName("AF1: a task may hand in others, and wait for them while threads are free")
  default void tasksHandInTasks() throws Exception {
    Future<Future<String>> outer = executor().submit(() -> executor().submit(() -> "inner"));
    assertEquals("inner", outer.get().get());
    if (threads() > 1) {
      assertEquals("inner", executor().submit(() -> executor().submit(() -> "inner").get()).get());
    }
  }

  @Test
  @DisplayName("AF1: a chain in which each task hands in the next comes to its end")
  default void aChainOfTasks() throws Exception {
    var end = new CountDownLatch(1);
    executor().execute(() -> link(10_000, end));
    Patience.await(end, "the end of the chain");
  }

  private void link(int left, CountDownLatch end) {
    if (left == 0) {
      end.countDown();
    } else if (left % 2 == 0) {
      executor().execute(() -> link(left - 1, end));
    } else {
      executor().submit(() -> link(left - 1, end));
    }
  }

  @Test
  @DisplayName("A37: an executor that was idle goes on with the next task, time and again")
  default void afterIdleness() throws Exception {
    for (int round = 0; round < 1_000; round++) {
      int number = round;
      assertEquals(number, executor().submit(() -> number).get());
    }
    for (int round = 0; round < 20; round++) {
      assertHealthy();
    }
  }

  @Test
  @DisplayName("I1: a task that is stuck takes one thread, and the others go on")
  default void aStuckTaskTakesOneThread() throws Exception {
    List<Held> stuck = Stream.generate(Held::task).limit(threads() - 1L).toList();
    stuck.forEach(executor()::submit);
    for (int i = 0; i < 100; i++) {
      assertEquals("done", executor().submit(() -> "done").get());
    }
    Held.release(stuck);
  }
}
