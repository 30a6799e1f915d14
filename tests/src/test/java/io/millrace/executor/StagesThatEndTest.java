package io.millrace.executor;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.AbandonedException;
import io.millrace.plan.ContextCarrier;
import io.millrace.plan.StopToken;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An asynchronous stage that waits for a worker runs, or its future says why it does not. */
@NoLeaks
@Timeout(60)
class StagesThatEndTest {
  private final StopToken token = new StopToken();
  private final Held held = Held.task();
  private final ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).stopToken(token));

  private static Object ended(CompletableFuture<?> future) throws Exception {
    return future.get(Patience.LIMIT.toNanos(), TimeUnit.NANOSECONDS);
  }

  private static ExecutorFuture<Integer> one(ParallelExecutor executor) throws Exception {
    ExecutorFuture<Integer> one = executor.submit(() -> 1);
    ended(one);
    return one;
  }

  private void occupy(ParallelExecutor busy) throws InterruptedException {
    busy.submit(held);
    held.awaitStart();
  }

  // Cut off

  /** What ends an executor without running what waits. */
  enum End {
    SHUTDOWN_AND_CANCEL,
    SHUTDOWN_NOW,
    STOP_TOKEN,
    INTERRUPTED_CLOSE
  }

  private void end(End end) throws Exception {
    switch (end) {
      case SHUTDOWN_AND_CANCEL -> executor.shutdownAndCancel();
      case SHUTDOWN_NOW -> assertEquals(List.of(), executor.shutdownNow());
      case STOP_TOKEN -> token.stop();
      case INTERRUPTED_CLOSE -> Caller.running(executor::close).awaitBlocked().interrupt().value();
    }
    held.release();
    executor.close();
  }

  @DisplayName("A38: a stage that is cut off while it waits for a worker is cancelled")
  @ParameterizedTest(name = "{displayName}: {0}")
  @EnumSource
  void cutOff(End end) throws Exception {
    ExecutorFuture<Integer> done = one(executor);
    occupy(executor);
    CompletableFuture<Integer> stage = done.thenApplyAsync(value -> value + 1);
    CompletableFuture<Integer> next = stage.thenApply(value -> value + 1);
    end(end);
    CancellationException why = assertThrows(CancellationException.class, () -> ended(stage));
    assertTrue(String.valueOf(why.getCause()).contains("shut down"), why::toString);
    assertTrue(stage.isCancelled());
    assertThrows(ExecutionException.class, () -> ended(next));
  }

  @TestFactory
  @DisplayName("A38: so is every kind of asynchronous stage, of a task and of another stage")
  Stream<DynamicTest> everyKind() {
    CompletableFuture<Integer> two = CompletableFuture.completedFuture(2);
    CompletableFuture<Integer> never = new CompletableFuture<>();
    return Stream.of(
            kind("thenApply", on -> on.thenApplyAsync(value -> value)),
            kind("thenAccept", on -> on.thenAcceptAsync(_ -> {})),
            kind("thenRun", on -> on.thenRunAsync(() -> {})),
            kind("thenCombine", on -> on.thenCombineAsync(two, Integer::sum)),
            kind("thenAcceptBoth", on -> on.thenAcceptBothAsync(two, (_, _) -> {})),
            kind("runAfterBoth", on -> on.runAfterBothAsync(two, () -> {})),
            kind("applyToEither", on -> on.applyToEitherAsync(never, value -> value)),
            kind("acceptEither", on -> on.acceptEitherAsync(never, _ -> {})),
            kind("runAfterEither", on -> on.runAfterEitherAsync(never, () -> {})),
            kind("thenCompose", on -> on.thenComposeAsync(_ -> two)),
            kind("whenComplete", on -> on.whenCompleteAsync((_, _) -> {})),
            kind("handle", on -> on.handleAsync((value, _) -> value)),
            kind("exceptionally", on -> failed(on).exceptionallyAsync(_ -> 1)),
            kind("exceptionallyCompose", on -> failed(on).exceptionallyComposeAsync(_ -> two)),
            kind("completeAsync", on -> on.newIncompleteFuture().completeAsync(() -> 1)))
        .flatMap(List::stream);
  }

  private static CompletableFuture<Integer> failed(CompletableFuture<Integer> on) {
    CompletableFuture<Integer> failed = on.newIncompleteFuture();
    failed.completeExceptionally(new IllegalStateException());
    return failed;
  }

  private static List<DynamicTest> kind(
      String name, Function<CompletableFuture<Integer>, CompletableFuture<?>> making) {
    return List.of(
        DynamicTest.dynamicTest(name, () -> cutOff(making)),
        DynamicTest.dynamicTest(
            name + " of a stage", () -> cutOff(on -> making.apply(on.thenApply(value -> value)))));
  }

  private static void cutOff(Function<CompletableFuture<Integer>, CompletableFuture<?>> making)
      throws Exception {
    Held held = Held.task();
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      ExecutorFuture<Integer> done = one(executor);
      executor.submit(held);
      held.awaitStart();
      CompletableFuture<?> stage = making.apply(done);
      executor.shutdownAndCancel();
      assertThrows(CancellationException.class, () -> ended(stage));
      held.release();
    }
  }

  @Test
  @DisplayName("A38: a stage is cancelled also if it is cut off before its future is known")
  void cutOffBeforeItsFuture() {
    RejectedExecutionException why = new RejectedExecutionException();
    List<Consumer<StageFuture>> steps = new ArrayList<>();
    CompletableFuture<Integer> future = new CompletableFuture<>();
    steps.add(stage -> stage.is(future));
    steps.add(stage -> stage.fail(why));
    StageFuture stage = new StageFuture();
    steps.reversed().forEach(step -> step.accept(stage));
    assertEquals(why, future.exceptionNow());
  }

  @Test
  @DisplayName(
      "A38, E19: the future of a stage that ignores its interrupt fails when it is abandoned")
  void abandoned() throws Exception {
    Held stubborn = Held.stubborn();
    Parallel brief = Parallel.of(1).attemptTimeout(ofSeconds(1)).grace(ZERO);
    try (ParallelExecutor limited = ParallelExecutor.of(brief)) {
      CompletableFuture<Void> stage = one(limited).thenRunAsync(stubborn::run);
      ExecutionException failed = assertThrows(ExecutionException.class, () -> ended(stage));
      assertInstanceOf(AbandonedException.class, failed.getCause());
      stubborn.release();
      stubborn.awaitEnd();
    }
    executor.close();
  }

  // Not dropped

  @Test
  @DisplayName("L4: a stage, which has no place, is not dropped to make one")
  void notDropped() throws Exception {
    try (ParallelExecutor full =
        ParallelExecutor.of(Parallel.of(1), QueueLimit.droppingOldest(2))) {
      ExecutorFuture<Integer> done = one(full);
      occupy(full);
      List<CompletableFuture<Integer>> stages = new ArrayList<>();
      List<ExecutorFuture<Integer>> tasks = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        int number = i;
        stages.add(done.thenApplyAsync(value -> value + number));
        tasks.add(full.submit(() -> number));
      }
      for (int i = 0; i < 3; i++) {
        assertInstanceOf(RejectedExecutionException.class, tasks.get(i).exceptionNow());
      }
      assertTrue(tasks.get(3).cancel(false));
      ExecutorFuture<Integer> late = full.submit(() -> 5);
      assertFalse(tasks.get(4).isDone(), "there was room");
      ExecutorFuture<Integer> later = full.submit(() -> 6);
      assertInstanceOf(RejectedExecutionException.class, tasks.get(4).exceptionNow());
      held.release();
      for (int i = 0; i < 5; i++) {
        assertEquals(i + 1, ended(stages.get(i)));
      }
      assertEquals(List.of(5, 6), List.of(ended(late), ended(later)));
    }
    executor.close();
  }

  // Commands that are futures

  @Test
  @DisplayName("A38: a command that is a future is cancelled if it is cut off")
  void futureCutOff() throws Exception {
    occupy(executor);
    FutureTask<Integer> command = new FutureTask<>(() -> 1);
    executor.execute(command);
    executor.shutdownAndCancel();
    assertTrue(command.isCancelled());
    held.release();
    executor.close();
  }

  @Test
  @DisplayName("L4: a command that is a future is cancelled if it is dropped")
  void futureDropped() throws Exception {
    try (ParallelExecutor full =
        ParallelExecutor.of(Parallel.of(1), QueueLimit.droppingOldest(1))) {
      occupy(full);
      FutureTask<Integer> command = new FutureTask<>(() -> 1);
      full.execute(command);
      full.execute(() -> {});
      assertTrue(command.isCancelled());
      held.release();
    }
    executor.close();
  }

  /** What cannot be installed once it is told so. */
  private static final class Carrier implements ContextCarrier<String> {
    volatile boolean isBroken;

    @Override
    public String capture() {
      return "";
    }

    @Override
    public Runnable install(String captured) {
      if (isBroken) {
        throw new IllegalStateException("cannot be installed");
      }
      return () -> {};
    }
  }

  @Test
  @DisplayName("E8, A38: a stage whose context cannot be installed fails with that")
  void aStageWithoutItsContextFails() throws Exception {
    Carrier carrier = new Carrier();
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).context(carrier))) {
      ExecutorFuture<Integer> done = one(executor);
      carrier.isBroken = true;
      CompletableFuture<Integer> stage = done.thenApplyAsync(value -> value + 1);
      ExecutionException failure = assertThrows(ExecutionException.class, () -> ended(stage));
      assertEquals("cannot be installed", failure.getCause().getMessage());
      executor.shutdown();
      CompletableFuture<Integer> late = done.thenApplyAsync(value -> value + 1);
      failure = assertThrows(ExecutionException.class, () -> ended(late));
      assertEquals("cannot be installed", failure.getCause().getMessage());
    }
  }

  @Test
  @DisplayName("A38: a long chain of stages that are due after the shutdown comes to its end")
  void aLongChainAfterTheShutdown() throws Exception {
    int length = 10_000;
    CompletableFuture<Integer> last = executor.submit(held).thenApply(_ -> 0);
    for (int i = 0; i < length; i++) {
      last = last.thenApplyAsync(value -> value + 1);
    }
    executor.shutdown();
    held.release();
    assertEquals(length, ended(last));
    executor.close();
  }
}
