package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Stages that depend on a task. */
interface DependentConformance extends CompletableConformance {

  @Test
  @DisplayName("AX8: every future of a submitted task is a completable one")
  default void everySubmitGivesAStage() {
    assertInstanceOf(CompletableFuture.class, executor().submit(() -> "result"));
    assertInstanceOf(CompletableFuture.class, executor().submit(() -> {}));
    assertInstanceOf(CompletableFuture.class, executor().submit(() -> {}, "result"));
  }

  @Test
  @DisplayName("AX8: stages go on with the result, attached before the end or after it")
  default void stagesGoOnWithTheResult() throws Exception {
    var held = Held.task();
    var source = submit(held);
    var before = source.thenApply(String::length);
    var run = source.thenAccept(_ -> {}).thenRun(() -> {});
    assertFalse(before.isDone() || run.isDone(), "done");
    held.release();
    assertEquals(4, before.get(10, TimeUnit.SECONDS));
    assertNull(run.get(10, TimeUnit.SECONDS));
    assertEquals(4, source.thenApply(String::length).resultNow());
    assertEquals(Held.VALUE, source.join());
    assertEquals(Held.VALUE, source.getNow("absent"));
    assertSame(source, source.toCompletableFuture());
    assertFalse(source.isCompletedExceptionally(), "failed");
  }

  @Test
  @DisplayName("AX8: getNow of a task that has not ended gives what is to be given instead")
  default void getNowDoesNotWait() throws Exception {
    var held = Held.task();
    var source = submit(held);
    held.awaitStart();
    assertEquals("absent", source.getNow("absent"));
    held.release();
    assertEquals(Held.VALUE, source.join());
  }

  @Test
  @DisplayName("AX8: a failure passes through all dependents, wrapped for them, bare in get")
  default void failuresPassThrough() {
    for (Throwable error : Broken.kinds()) {
      var source = submit(Broken.task(error));
      var dependent = source.thenApply(String::length);
      var last = dependent.thenAccept(_ -> {}).thenRun(() -> {});
      for (var stage : List.of(source, dependent, last)) {
        assertSame(error, Conformance.failure(stage));
        assertSame(error, assertThrows(CompletionException.class, stage::join).getCause());
        assertSame(error, stage.exceptionNow());
        assertTrue(stage.isCompletedExceptionally(), "failed");
        assertFalse(stage.isCancelled(), error::toString);
        assertEquals(Future.State.FAILED, stage.state(), error::toString);
      }
      var seen = last.handle((_, e) -> e).join();
      assertSame(error, assertInstanceOf(CompletionException.class, seen).getCause());
    }
  }

  @Test
  @DisplayName("AX8: handle, whenComplete and exceptionally see a result or what was thrown")
  default void bothEndsCanBeHandled() {
    var error = new IOException("thrown");
    var good = submit(() -> "result");
    var bad = submit(Broken.task(error));
    assertEquals("result and null", good.handle((r, e) -> r + " and " + e).join());
    assertEquals("result", good.whenComplete((_, e) -> assertNull(e)).join());
    assertEquals("result", good.exceptionally(_ -> "recovered").join());
    assertSame(error, CompletableConformance.cause(bad.handle((_, e) -> e).join()));
    assertSame(error, Conformance.failure(bad.whenComplete((r, _) -> assertNull(r))));
    assertEquals("recovered", bad.exceptionally(_ -> "recovered").join());
    var next = bad.exceptionallyCompose(_ -> submit(() -> "recovered"));
    assertEquals("recovered", next.join());
  }

  @Test
  @DisplayName("AX8: a cancelled task is a cancellation for itself, and a failure for dependents")
  default void cancellationsPassThrough() throws Exception {
    var held = Held.task();
    var source = submit(held);
    var dependent = source.thenApply(String::length);
    held.awaitStart();
    source.cancel(true);
    assertThrows(CancellationException.class, source::join);
    assertThrows(CancellationException.class, () -> source.getNow("absent"));
    assertTrue(source.isCompletedExceptionally(), "failed");
    assertInstanceOf(CancellationException.class, Conformance.failure(dependent));
    assertFalse(dependent.isCancelled(), "the dependent is cancelled");
  }

  @Test
  @DisplayName("AX8: ending a dependent or a copy touches neither the task nor its future")
  default void dependentsDoNotReachBack() throws Exception {
    var held = Held.task();
    var source = submit(held);
    held.awaitStart();
    var dependents =
        List.of(source.thenApply(s -> s), source.copy(), source.whenComplete((_, _) -> {}));
    for (var dependent : dependents) {
      assertTrue(dependent.cancel(true), "cancel");
      assertTrue(dependent.isCancelled(), "cancelled");
    }
    var completed = source.thenApply(s -> s);
    assertTrue(completed.complete("early"), "complete");
    assertFalse(source.isDone() || held.isEnded(), "ended");
    held.release();
    assertEquals(Held.VALUE, source.get());
    assertEquals("early", completed.get());
    assertFalse(held.isInterrupted(), "the task was interrupted");
  }

  @Test
  @DisplayName("AX8: a copy and a minimal stage end as the task does")
  default void copies() {
    var error = new IOException("thrown");
    var good = submit(() -> "result");
    var bad = submit(Broken.task(error));
    assertEquals("result", good.copy().join());
    assertEquals("result", good.minimalCompletionStage().toCompletableFuture().join());
    assertSame(error, assertThrows(CompletionException.class, bad.copy()::join).getCause());
  }

  @Test
  @DisplayName("AX8: stages of several tasks combine")
  default void stagesCombine() {
    var one = submit(() -> "one");
    var two = submit(() -> "two");
    assertEquals("onetwo", one.thenCombine(two, String::concat).join());
    assertEquals("one, then three", one.thenCompose(r -> submit(() -> r + ", then three")).join());
    assertTrue(List.of("one", "two").contains(one.applyToEither(two, r -> r).join()), "either");
    assertTrue(List.of("one", "two").contains(CompletableFuture.anyOf(one, two).join()), "any");
    var all = Stream.generate(() -> submit(() -> "more")).limit(100).toList();
    CompletableFuture.allOf(all.toArray(CompletableFuture[]::new)).join();
    assertTrue(all.stream().allMatch(CompletableFuture::isDone), "done");
  }

  @Test
  @DisplayName("AX8: async stages run, on the executor too, unless it rejects them")
  default void asyncStages() throws Exception {
    var source = submit(() -> "result");
    assertEquals(6, source.thenApplyAsync(String::length).get(10, TimeUnit.SECONDS));
    assertEquals(6, source.thenApplyAsync(String::length, executor()).get(10, TimeUnit.SECONDS));
    var supplied = CompletableFuture.supplyAsync(() -> "supplied", executor());
    assertEquals("supplied", supplied.get(10, TimeUnit.SECONDS));
    var error = new IllegalStateException("thrown");
    var failed = CompletableFuture.runAsync(Broken.command(error), executor());
    assertSame(error, Conformance.failure(failed));
    executor().shutdown();
    var rejected = source.thenApplyAsync(String::length, executor());
    assertInstanceOf(RejectedExecutionException.class, Conformance.failure(rejected));
  }

  @Test
  @DisplayName("AX8: join is not ended by an interrupt, which stays")
  default void joinIsNotInterrupted() throws Exception {
    var held = Held.task();
    var source = submit(held);
    var joining = Caller.of(source::join).awaitBlocked().interrupt();
    joining.awaitBlocked().assertWaiting();
    held.release();
    assertEquals(Held.VALUE, joining.value());
    assertTrue(joining.leftInterrupted(), "the flag is gone");
    assertFalse(held.isInterrupted(), "the task was interrupted");
  }

  @Test
  @DisplayName("AX8: null instead of a function, an error or a unit is refused")
  default void stagesRefuseNulls() {
    var source = submit(() -> "result");
    assertThrows(NullPointerException.class, () -> source.thenApply(null));
    assertThrows(NullPointerException.class, () -> source.thenAccept(null));
    assertThrows(NullPointerException.class, () -> source.thenRun(null));
    assertThrows(NullPointerException.class, () -> source.thenCompose(null));
    assertThrows(NullPointerException.class, () -> source.handle(null));
    assertThrows(NullPointerException.class, () -> source.whenComplete(null));
    assertThrows(NullPointerException.class, () -> source.exceptionally(null));
    assertThrows(NullPointerException.class, () -> source.thenApplyAsync(s -> s, null));
    assertThrows(NullPointerException.class, () -> source.completeExceptionally(null));
    assertThrows(NullPointerException.class, () -> source.orTimeout(1, null));
    assertEquals("result", source.join());
  }
}
