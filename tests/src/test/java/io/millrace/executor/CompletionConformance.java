package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Futures that others complete than their tasks. */
interface CompletionConformance extends CompletableConformance {

  @Test
  @DisplayName("AX8: a future completed while its task runs keeps that, and no worker is hurt")
  default void completedWhileItRuns() throws Exception {
    var held = Held.task();
    var future = submit(held);
    held.awaitStart();
    var waiting = Caller.of(future::get).awaitBlocked();
    assertTrue(future.complete("early"), "complete");
    assertEquals("early", waiting.value());
    assertFalse(future.complete("again"), "complete");
    assertFalse(future.cancel(true), "cancel");
    held.release();
    assertHealthy();
    assertEquals("early", future.get());
    assertEquals(Future.State.SUCCESS, future.state());
  }

  @Test
  @DisplayName("AX8: a future completed while its task is queued keeps that, and the queue goes on")
  default void completedInTheQueue() throws Exception {
    var running = occupy();
    var error = new IOException("from outside");
    var completed = submit(() -> "late");
    var failed = submit(() -> "late");
    var next = submit(() -> "next");
    assertTrue(completed.complete("early"), "complete");
    assertTrue(failed.completeExceptionally(error), "complete");
    Held.release(running);
    assertEquals("next", next.get());
    assertHealthy();
    assertEquals("early", completed.get());
    assertSame(error, Conformance.failure(failed));
  }

  @Test
  @DisplayName("AX8: a future failed from outside while its task runs keeps that")
  default void failedWhileItRuns() throws Exception {
    var held = Held.task();
    var future = submit(held);
    held.awaitStart();
    var error = new IOException("from outside");
    assertTrue(future.completeExceptionally(error), "complete");
    held.release();
    assertHealthy();
    assertSame(error, Conformance.failure(future));
    assertEquals(Future.State.FAILED, future.state());
  }

  @Test
  @DisplayName("AX8: what a task gave cannot be completed again")
  default void completedAfterTheEnd() throws Exception {
    var error = new IOException("thrown");
    var good = submit(() -> "result");
    var bad = submit(Broken.task(error));
    good.get();
    Conformance.failure(bad);
    for (var future : List.of(good, bad)) {
      assertFalse(future.complete("again"), "complete");
      assertFalse(future.completeExceptionally(new IOException("again")), "complete");
    }
    assertEquals("result", good.get());
    assertSame(error, Conformance.failure(bad));
  }

  @Test
  @DisplayName("AX8: of those who complete and cancel one wins, and the others are told so")
  default void oneWins() throws Exception {
    for (int round = 0; round < 200; round++) {
      var go = new CountDownLatch(1);
      var future =
          submit(
              () -> {
                go.await();
                return "task";
              });
      var outside = Caller.of(() -> future.complete("outside"));
      go.countDown();
      boolean cancelled = round % 2 == 0 && future.cancel(true);
      boolean completed = outside.value();
      assertFalse(cancelled && completed, "two have won");
      if (cancelled) {
        assertTrue(future.isCancelled(), "cancelled");
      } else {
        assertEquals(completed ? "outside" : "task", future.get());
      }
    }
    assertHealthy();
  }

  @Test
  @DisplayName("AF8: orTimeout fails the future in time, and no worker is hurt")
  default void orTimeout() throws Exception {
    var held = Held.task();
    var late = submit(held);
    assertSame(late, late.orTimeout(1, TimeUnit.MILLISECONDS));
    assertInstanceOf(TimeoutException.class, Conformance.failure(late));
    held.release();
    assertHealthy();
    assertInstanceOf(TimeoutException.class, Conformance.failure(late));
    assertEquals("in time", submit(() -> "in time").orTimeout(1, TimeUnit.DAYS).get());
  }

  @Test
  @DisplayName("AF8: completeOnTimeout and completeAsync give another result in the task's place")
  default void anotherResult() throws Exception {
    var held = Held.task();
    var late = submit(held);
    var replaced = submit(() -> held.call());
    late.completeOnTimeout("instead", 1, TimeUnit.MILLISECONDS);
    replaced.completeAsync(() -> "instead");
    assertEquals("instead", late.get(10, TimeUnit.SECONDS));
    assertEquals("instead", replaced.get(10, TimeUnit.SECONDS));
    held.release();
    assertHealthy();
    assertEquals("instead", late.get());
    assertEquals("in time", submit(() -> "in time").completeOnTimeout("", 1, TimeUnit.DAYS).get());
  }

  @Test
  @DisplayName("AX8: a result that is obtruded is there, or that is refused; no worker is hurt")
  default void obtruded() throws Exception {
    var held = Held.task();
    var running = submit(held);
    held.awaitStart();
    var done = submit(() -> "result");
    try {
      running.obtrudeValue("obtruded");
      assertEquals("obtruded", running.get());
      if (threads() > 1) {
        done.get();
        done.obtrudeException(new IOException("obtruded"));
        assertInstanceOf(IOException.class, Conformance.failure(done));
      }
    } catch (UnsupportedOperationException _) {
      assertFalse(running.isDone(), "done");
    }
    held.release();
    assertHealthy();
  }

  @Test
  @DisplayName("AX8: a new incomplete future has no task, and is completed or cancelled like any")
  default void newIncompleteFutures() throws Exception {
    var future = submit(() -> "result");
    CompletableFuture<String> one = future.newIncompleteFuture();
    CompletableFuture<String> other = future.newIncompleteFuture();
    assertFalse(one.isDone() || other.isDone(), "done");
    assertTrue(one.complete("completed"), "complete");
    assertEquals("completed", one.get());
    assertTrue(other.cancel(true), "cancel");
    assertTrue(other.isCancelled(), "cancelled");
    assertEquals("result", future.get());
    assertHealthy();
  }

  @Test
  @DisplayName("A38: who waits for a task that shutdownNow returned is woken when that is run")
  default void shutdownNowWakes() throws Exception {
    occupy();
    var queued = submit(() -> "never");
    var waiting = Caller.of(() -> queued.handle((_, _) -> "over").join()).awaitBlocked();
    executor().shutdownNow().forEach(Runnable::run);
    assertEquals("over", waiting.value());
    assertTrue(queued.isDone(), "pending");
    awaitTermination();
  }

  @Test
  @DisplayName("A38: no future stays pending after an interrupted close, which returns no tasks")
  default void anInterruptedCloseSettles() throws Exception {
    occupy();
    List<CompletableFuture<String>> queued =
        Stream.generate(() -> submit(() -> "never")).limit(5).toList();
    var waiting = Caller.of(queued.getLast()::join).awaitBlocked();
    Thread.currentThread().interrupt();
    try {
      executor().close();
    } finally {
      assertTrue(Thread.interrupted(), "the flag is gone");
    }
    assertTrue(queued.stream().allMatch(CompletableFuture::isCompletedExceptionally), "pending");
    waiting.thrown(RuntimeException.class);
  }

  @Test
  @DisplayName("A38: of tasks that race with shutdownNow each is done, returned, or rejected")
  default void futuresRaceWithShutdownNow() throws Exception {
    List<CompletableFuture<String>> futures = new CopyOnWriteArrayList<>();
    var caller =
        Caller.running(
            () -> {
              try {
                while (futures.size() < 3_000) {
                  futures.add(submit(() -> "result"));
                }
              } catch (RejectedExecutionException _) {
                // this is how it ends
              }
            });
    Patience.until(() -> futures.size() > 50, "submissions");
    List<Runnable> never = executor().shutdownNow();
    caller.value();
    awaitTermination();
    never.forEach(Runnable::run);
    assertTrue(futures.stream().allMatch(Future::isDone), "pending");
  }
}
