package io.millrace.pool;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.executor.ExecutorFuture;
import io.millrace.outcome.Outcome;
import io.millrace.testkit.NoLeaks;
import io.millrace.testkit.ScriptedAction;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Bridges from stages and futures, and collecting many of them. */
@NoLeaks
@Timeout(60)
class CollectTest {
  private final ScriptedAction<Integer, Integer> action = ScriptedAction.on(TimeSource.system());
  private final IOException failure = new IOException("failure");

  @Test
  @DisplayName("AX1: the value of a stage, or its failure as itself")
  void theValueOfAStage() throws Exception {
    CompletableFuture<String> value = CompletableFuture.supplyAsync(() -> "value");
    assertEquals("value", Work.run(value));
    CompletableFuture<String> failed = CompletableFuture.failedFuture(failure);
    assertSame(failure, assertThrows(IOException.class, () -> Work.run(failed)));
    assertSame(
        failure, assertThrows(IOException.class, () -> Work.run(failed.thenApply(String::trim))));
  }

  @Test
  @DisplayName("AX1: an interrupt of the waiting thread cancels the stage, or the future")
  void anInterruptCancelsTheStage() throws InterruptedException {
    CompletableFuture<String> stage = new CompletableFuture<>();
    FutureTask<String> future = new FutureTask<>(() -> "never run");
    for (Callable<String> task : List.of(Work.stage(stage), Work.future(future))) {
      AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
      Thread waiting =
          Thread.startVirtualThread(
              () -> {
                try {
                  task.call();
                } catch (Throwable error) {
                  thrown.set(error);
                }
              });
      waiting.interrupt();
      waiting.join();
      assertTrue(thrown.get() instanceof InterruptedException, () -> "" + thrown.get());
    }
    assertTrue(stage.isCancelled());
    assertTrue(future.isCancelled());
  }

  @Test
  @DisplayName("AX5: values in the order of the tasks, every worker busy, never more")
  void valuesInOrder() throws InterruptedException {
    action.blocks().computes(item -> item);
    Tasks tasks = Tasks.of(action, 20);
    ExecutorFuture<List<Integer>> values = Work.schedule(() -> Work.collect(tasks, 3));
    action.awaitRunning(3);
    action.releaseAll();
    assertEquals(IntStream.range(0, 20).boxed().toList(), resultOf(values));
    assertEquals(3, action.maxRunning());
    assertEquals(List.of(), Work.collect(List.<Callable<Integer>>of(), 3));
  }

  @Test
  @DisplayName("L10: collect and resolve have defaults, as in aioextensions: 1024 at once")
  void defaults() throws InterruptedException {
    action.blocks().computes(item -> item);
    Tasks tasks = Tasks.of(action, 1_030);
    ExecutorFuture<List<Integer>> values = Work.schedule(() -> Work.collect(tasks));
    action.awaitRunning(1_024);
    action.releaseAll();
    assertEquals(IntStream.range(0, 1_030).boxed().toList(), resultOf(values));
    assertEquals(1_024, action.maxRunning());
    List<Callable<Integer>> two = List.of(() -> 1, () -> 2);
    try (var resolved = Work.resolve(two)) {
      assertEquals(List.of(1, 2), resolved.map(Outcome::value).toList());
    }
  }

  private static <R> R resultOf(ExecutorFuture<R> future) {
    try {
      return future.result();
    } catch (Exception error) {
      throw new AssertionError(error);
    }
  }

  @Test
  @DisplayName("AX5, A1: an error of the source is thrown as itself, never swallowed")
  void anErrorOfTheSource() {
    action.returns(1);
    IllegalStateException broken = new IllegalStateException("broken source");
    for (int count : List.of(0, 1, 5)) {
      Tasks tasks = Tasks.failing(action, count, broken);
      assertSame(broken, assertThrows(IllegalStateException.class, () -> Work.collect(tasks, 2)));
    }
  }

  @Test
  @DisplayName("AX5: the first failure in time is thrown as itself, and what runs is interrupted")
  void theFirstFailure() {
    action.item(1).fails(failure, 9);
    action.anyItem().blocks().returns(1);
    Tasks tasks = Tasks.of(action, 10);
    assertSame(failure, assertThrows(IOException.class, () -> Work.collect(tasks, 3)));
    assertEquals(0, action.running());
  }

  @Test
  @DisplayName("A87, AX5: futures that run, or are done, are collected with tasks and stages")
  void futuresAreCollected() throws Exception {
    CompletableFuture<@Nullable String> running = new CompletableFuture<>();
    CompletableFuture<@Nullable String> done = CompletableFuture.completedFuture(null);
    FutureTask<@Nullable String> plain = new FutureTask<>(() -> "plain");
    plain.run();
    List<Callable<@Nullable String>> tasks =
        List.of(
            Work.stage(running),
            Work.future(done),
            Work.future(plain),
            () -> {
              running.complete("running");
              return "task";
            });
    assertEquals(Arrays.asList("running", null, "plain", "task"), Work.collect(tasks, 2));
    CompletableFuture<String> failed = CompletableFuture.failedFuture(failure);
    List<Callable<String>> one = List.of(Work.future(failed));
    assertSame(failure, assertThrows(IOException.class, () -> Work.collect(one, 1)));
  }

  @Test
  @DisplayName("AX8, A86: a scheduled task starts at once; awaiting never throws, the result does")
  void aScheduledTask() throws Exception {
    action.blocks().returns(1);
    action.item(1).blocks().fails(failure, 9);
    ExecutorFuture<Integer> good = Work.schedule(() -> action.apply(0));
    ExecutorFuture<Integer> bad = Work.schedule(() -> action.apply(1));
    action.awaitRunning(2); // nobody has asked for anything
    assertFalse(good.isDone());
    assertTrue(bad.exception().isEmpty());
    action.releaseAll();
    assertEquals(1, good.await().result());
    assertSame(bad, bad.await());
    assertTrue(bad.isDone());
    assertSame(failure, bad.exception().orElseThrow());
    for (int again = 0; again < 2; again++) {
      assertSame(failure, assertThrows(IOException.class, bad::result));
    }
    assertTrue(good.exception().isEmpty());
  }

  @Test
  @DisplayName(
      "AX8, A86: awaiting a task that was cancelled does not throw either; it is interrupted")
  void aCancelledTask() throws Exception {
    action.blocks().returns(1);
    ExecutorFuture<Integer> cancelled = Work.schedule(() -> action.apply(0));
    action.awaitRunning(1);
    assertTrue(cancelled.cancel(true));
    assertTrue(cancelled.await().isDone());
    assertThrows(CancellationException.class, cancelled::result);
    assertFalse(Work.schedule(() -> 1).await().cancel(true));
    while (action.running() > 0) {
      Thread.onSpinWait();
    }
  }

  @Test
  @DisplayName("AX8: an interrupt ends the waiting, and not the work")
  void anInterruptEndsTheWaiting() throws Exception {
    action.blocks().returns(7);
    ExecutorFuture<Integer> work = Work.schedule(() -> action.apply(0));
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, work::await);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, work::result);
    action.release(0);
    assertEquals(7, work.result());
  }

  @Test
  @DisplayName("A88, AX5: workers below 1 and missing arguments are refused at the call")
  void badArgumentsAreRefused() {
    Tasks tasks = Tasks.of(action, 1);
    assertThrows(IllegalArgumentException.class, () -> Work.collect(tasks, 0));
    assertThrows(IllegalArgumentException.class, () -> Work.resolve(tasks, 0, 1));
    assertThrows(IllegalArgumentException.class, () -> Work.resolve(tasks, 1, -1));
    assertThrows(IllegalArgumentException.class, () -> Work.generate(List.of(1), 0));
    assertThrows(NullPointerException.class, () -> Work.collect(missing(), 1));
    assertThrows(NullPointerException.class, () -> Work.resolve(missing(), 1, 1));
    assertThrows(NullPointerException.class, () -> Work.generate(missing(), 1));
    assertThrows(NullPointerException.class, () -> Work.schedule(missing()));
    assertThrows(NullPointerException.class, () -> Work.stage(missing()));
    assertThrows(NullPointerException.class, () -> Work.future(missing()));
    assertEquals(0, tasks.made());
  }

  @SuppressWarnings({"NullAway", "TypeParameterUnusedInFormals"}) // that is what is tested
  private static <T> T missing() {
    return null;
  }
}
