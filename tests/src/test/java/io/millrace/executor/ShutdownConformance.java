package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;

/** Shutting down, at the end of the queue or at once. */
interface ShutdownConformance extends Conformance {

  @Test
  @DisplayName("AF7: an executor is open until somebody shuts it down, busy or idle")
  default void openAtFirst() throws Exception {
    assertFalse(executor().isShutdown() || executor().isTerminated(), "unused");
    assertHealthy();
    assertFalse(executor().isShutdown() || executor().isTerminated(), "idle");
    var held = occupy();
    assertFalse(executor().isShutdown() || executor().isTerminated(), "busy");
    Held.release(held);
  }

  @Test
  @DisplayName("AF7: an executor that was never used can be shut down")
  default void unused() throws Exception {
    executor().shutdown();
    assertTrue(executor().isShutdown(), "shut down");
    awaitTermination();
    assertTrue(executor().isTerminated(), "terminated");
    assertEquals(List.of(), executor().shutdownNow());
  }

  @Test
  @DisplayName("AF7: shutdown does not wait; what runs and what is queued comes to its end")
  default void shutdownLetsTasksEnd() throws Exception {
    var running = occupy();
    List<Future<String>> queued =
        Stream.generate(() -> executor().submit(() -> "queued")).limit(3L * threads()).toList();
    var commands = new AtomicInteger();
    executor().execute(commands::incrementAndGet);
    executor().shutdown();
    assertTrue(executor().isShutdown(), "shut down");
    assertFalse(executor().isTerminated(), "terminated");
    assertFalse(running.stream().anyMatch(Held::isInterrupted), "interrupted");
    Held.release(running);
    awaitTermination();
    assertTrue(executor().isTerminated(), "terminated");
    for (Future<String> future : queued) {
      assertEquals("queued", future.resultNow());
    }
    assertEquals(1, commands.get(), "commands");
    assertFalse(running.stream().anyMatch(Held::isInterrupted), "interrupted");
  }

  @Test
  @DisplayName("A89: a second shutdown has no effect, even when all has ended")
  default void shutdownTwice() throws Exception {
    var running = occupy();
    Future<String> queued = executor().submit(() -> "queued");
    executor().shutdown();
    executor().shutdown();
    Held.release(running);
    assertEquals("queued", queued.get());
    awaitTermination();
    executor().shutdown();
    assertTrue(executor().isTerminated(), "terminated");
  }

  /** Every way to hand something in. */
  private List<Executable> submissions(Runnable run) {
    var executor = executor();
    Callable<Object> call =
        () -> {
          run.run();
          return "ran";
        };
    return List.of(
        () -> executor.execute(run),
        () -> executor.submit(run),
        () -> executor.submit(run, "result"),
        () -> executor.submit(call),
        () -> executor.invokeAll(List.of(call, call)),
        () -> executor.invokeAll(List.of(call, call), 1, TimeUnit.DAYS),
        () -> executor.invokeAny(List.of(call, call)),
        () -> executor.invokeAny(List.of(call, call), 1, TimeUnit.DAYS));
  }

  private void assertRejectsAll() {
    var runs = new AtomicInteger();
    for (Executable submission : submissions(runs::incrementAndGet)) {
      assertThrows(RejectedExecutionException.class, submission);
    }
    assertEquals(0, runs.get(), "runs of rejected tasks");
  }

  @Test
  @DisplayName(
      "A89: after shutdown every task is rejected, while others run and when all has ended")
  default void rejectsAfterShutdown() throws Exception {
    var running = occupy();
    executor().shutdown();
    assertRejectsAll();
    Held.release(running);
    awaitTermination();
    assertRejectsAll();
  }

  @Test
  @DisplayName(
      "A89: after shutdownNow every task is rejected, while others run and when all has ended")
  default void rejectsAfterShutdownNow() throws Exception {
    var stubborn = Held.stubborn();
    executor().execute(stubborn::run);
    stubborn.awaitStart();
    executor().shutdownNow();
    assertRejectsAll();
    stubborn.release();
    awaitTermination();
    assertRejectsAll();
  }

  @Test
  @DisplayName("A89: a task that hands in another after shutdown is rejected like anybody")
  default void rejectsFromWithin() throws Exception {
    var held = Held.task();
    Future<Future<String>> outer =
        executor()
            .submit(
                () -> {
                  held.call();
                  return executor().submit(() -> "inner");
                });
    held.awaitStart();
    executor().shutdown();
    held.release();
    assertTrue(Conformance.failure(outer) instanceof RejectedExecutionException, "rejected");
    awaitTermination();
  }

  @Test
  @DisplayName(
      "A89: bulk calls whose executor is shut down half-way are rejected, and leave no task")
  default void rejectsHalfWay() throws Exception {
    for (int form = 0; form < 4; form++) {
      var executor = another();
      var held = Held.task();
      Collection<Held> tasks = shuttingDown(executor, held);
      Executable call =
          switch (form) {
            case 0 -> () -> executor.invokeAll(tasks);
            case 1 -> () -> executor.invokeAll(tasks, 1, TimeUnit.DAYS);
            case 2 -> () -> executor.invokeAny(tasks);
            default -> () -> executor.invokeAny(tasks, 1, TimeUnit.DAYS);
          };
      assertThrows(RejectedExecutionException.class, call);
      assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS), "termination");
      assertEquals(held.isStarted(), held.isEnded(), "a task that was started has ended");
    }
  }

  /** The same task twice; before the second one comes, the executor is shut down. */
  private static Collection<Held> shuttingDown(ExecutorService executor, Held task) {
    return new AbstractCollection<>() {
      @Override
      public Iterator<Held> iterator() {
        return Stream.of(1, 2)
            .map(
                number -> {
                  if (number == 2) {
                    executor.shutdown();
                  }
                  return task;
                })
            .iterator();
      }

      @Override
      public int size() {
        return 2;
      }
    };
  }

  @Test
  @DisplayName("AF7: shutdownNow returns the commands that never started, in order, themselves")
  default void shutdownNowReturnsCommands() throws Exception {
    occupy();
    List<Runnable> commands = new ArrayList<>();
    var ran = Collections.synchronizedList(new ArrayList<Integer>());
    for (int i = 0; i < 5; i++) {
      int number = i;
      commands.add(() -> ran.add(number));
    }
    commands.forEach(executor()::execute);
    List<Runnable> never = executor().shutdownNow();
    assertTrue(executor().isShutdown(), "shut down");
    awaitTermination();
    assertEquals(commands, never);
    assertEquals(List.of(), ran, "run though it was shut down");
    never.forEach(Runnable::run);
    assertEquals(List.of(0, 1, 2, 3, 4), ran, "run by hand");
  }

  @Test
  @DisplayName(
      "A38, X9: shutdownNow returns each submitted task as its future; run, none stays pending")
  default void shutdownNowReturnsSubmitted() throws Exception {
    occupy();
    List<Future<?>> futures = new ArrayList<>();
    futures.add(executor().submit(() -> "callable"));
    futures.add(executor().submit(() -> {}));
    futures.add(executor().submit(() -> {}, "result"));
    futures.add(executor().submit(Broken.task(new AssertionError("thrown"))));
    List<Runnable> never = executor().shutdownNow();
    assertEquals(futures, never, "the futures of tasks that never started");
    awaitTermination();
    never.forEach(Runnable::run);
    for (Future<?> future : futures) {
      assertTrue(future.isDone(), () -> "pending: " + future);
    }
  }

  @Test
  @DisplayName("A38: a listed task runs at most once, and not at all when its future was cancelled")
  default void listedTasksRunOnce() throws Exception {
    occupy();
    var runs = new AtomicInteger();
    Future<?> once = executor().submit(runs::incrementAndGet);
    var held = Held.task();
    Future<?> cancelled = executor().submit(held);
    List<Runnable> never = executor().shutdownNow();
    cancelled.cancel(true);
    for (int i = 0; i < 2; i++) {
      never.forEach(Runnable::run);
    }
    assertTrue(once.isDone(), "pending");
    assertTrue(runs.get() <= 1, "ran twice");
    held.assertNeverRan();
  }

  @Test
  @DisplayName(
      "AF7: shutdownNow does not wait; it interrupts all that runs, and the queue never runs")
  default void shutdownNowInterrupts() throws Exception {
    List<Held> running = Stream.generate(Held::stubborn).limit(threads()).toList();
    for (int i = 0; i < threads(); i++) {
      Held task = running.get(i);
      if (i % 2 == 0) {
        executor().submit(task);
      } else {
        executor().execute(task::run);
      }
    }
    for (Held task : running) {
      task.awaitStart();
    }
    List<Held> queued = queue(3 * threads());
    assertEquals(queued.size(), executor().shutdownNow().size(), "tasks that never started");
    for (Held task : running) {
      task.awaitInterrupt();
    }
    assertTrue(executor().isShutdown(), "shut down");
    assertFalse(executor().isTerminated(), "terminated while tasks run");
    assertFalse(executor().awaitTermination(1, TimeUnit.MILLISECONDS), "terminated");
    Held.release(running);
    awaitTermination();
    assertTrue(executor().isTerminated(), "terminated");
    queued.forEach(Held::assertNeverRan);
  }

  @Test
  @DisplayName("AF7: what runs to its end in spite of shutdownNow has its result, or its failure")
  default void stubbornTasksHaveResults() throws Exception {
    var error = new AssertionError("thrown");
    for (boolean good : new boolean[] {true, false}) {
      var executor = good ? executor() : another();
      var stubborn = Held.stubborn();
      Future<String> future =
          executor.submit(
              () -> {
                String result = stubborn.call();
                return good ? result : Broken.task(error).call();
              });
      stubborn.awaitStart();
      executor.shutdownNow();
      stubborn.awaitInterrupt();
      assertFalse(future.isDone(), "done");
      stubborn.release();
      assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS), "termination");
      if (good) {
        assertEquals(Held.VALUE, future.get(10, TimeUnit.SECONDS));
      } else {
        assertSame(error, Conformance.failure(future));
      }
    }
  }

  @Test
  @DisplayName("A89: shutdownNow after shutdown ends the queue; a second one finds nothing")
  default void shutdownNowAfterShutdown() throws Exception {
    occupy();
    List<Held> queued = queue(4);
    executor().shutdown();
    assertEquals(4, executor().shutdownNow().size(), "tasks that never started");
    assertEquals(List.of(), executor().shutdownNow());
    awaitTermination();
    assertEquals(List.of(), executor().shutdownNow());
    queued.forEach(Held::assertNeverRan);
  }

  @Test
  @DisplayName("AF7: a task may shut its executor down, and ends normally; the queue is run")
  default void shutdownFromWithin() throws Exception {
    var running = occupy();
    Future<String> first =
        executor()
            .submit(
                () -> {
                  executor().shutdown();
                  return "shut down";
                });
    Future<String> second = executor().submit(() -> "still runs");
    Held.release(running);
    assertEquals("shut down", first.get());
    assertEquals("still runs", second.get());
    awaitTermination();
  }

  @Test
  @DisplayName("AF7: a task that calls shutdownNow is interrupted itself")
  default void shutdownNowFromWithin() throws Exception {
    var interrupted = new AtomicInteger();
    var held = Held.task();
    executor()
        .execute(
            () -> {
              held.run();
              executor().shutdownNow();
              interrupted.set(Thread.currentThread().isInterrupted() ? 1 : -1);
            });
    held.awaitStart();
    held.release();
    awaitTermination();
    assertEquals(1, interrupted.get(), "interrupted");
  }

  @Test
  @DisplayName(
      "A38: shutdownNow loses no task between the queue and a worker: it runs or is listed")
  default void noTaskIsLost() throws Exception {
    int count = 300;
    for (int round = 0; round < 200; round++) {
      var executor = another();
      var runs = new AtomicInteger();
      for (int i = 0; i < count; i++) {
        if (i % 2 == 0) {
          executor.execute(runs::incrementAndGet);
        } else {
          executor.submit(runs::incrementAndGet);
        }
      }
      int listed = executor.shutdownNow().size();
      assertTrue(executor.awaitTermination(10, TimeUnit.SECONDS), "termination");
      assertEquals(count, runs.get() + listed, "tasks that ran or are listed");
    }
  }

  @Test
  @DisplayName("A38: of tasks that race with shutdownNow each runs, is listed, or is rejected")
  default void submissionsRaceWithShutdownNow() throws Exception {
    int count = 2_000;
    var runs = new AtomicInteger();
    var rejected = new AtomicInteger();
    var some = new AtomicInteger();
    var caller =
        Caller.running(
            () -> {
              for (int i = 0; i < count; i++) {
                try {
                  executor().execute(runs::incrementAndGet);
                } catch (RejectedExecutionException _) {
                  rejected.incrementAndGet();
                }
                some.incrementAndGet();
              }
            });
    Patience.until(() -> some.get() > 100, "submissions");
    int listed = executor().shutdownNow().size();
    caller.value();
    awaitTermination();
    assertEquals(count, runs.get() + rejected.get() + listed, "tasks");
  }
}
