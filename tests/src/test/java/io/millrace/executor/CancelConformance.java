package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Cancelling a task before its start, while it runs, and after its end. */
interface CancelConformance extends Conformance {

  private static void assertCancelled(Future<?> future) {
    assertTrue(future.isDone(), "done");
    assertTrue(future.isCancelled(), "cancelled");
    assertEquals(Future.State.CANCELLED, future.state());
    assertThrows(CancellationException.class, future::get);
    assertThrows(CancellationException.class, () -> future.get(1, TimeUnit.DAYS));
    assertThrows(IllegalStateException.class, future::resultNow);
    assertThrows(IllegalStateException.class, future::exceptionNow);
  }

  @Test
  @DisplayName("AF2: a task that is cancelled in the queue never runs")
  default void inTheQueue() throws Exception {
    List<Held> running = occupy();
    List<Held> tasks = Stream.generate(Held::task).limit(4).toList();
    List<Future<?>> futures = new ArrayList<>();
    for (Held task : tasks) {
      futures.add(futures.size() < 2 ? executor().submit(task) : executor().submit(task::run));
    }
    for (int i = 0; i < futures.size(); i++) {
      assertTrue(futures.get(i).cancel(i % 2 == 0), "cancel");
      assertCancelled(futures.get(i));
    }
    Held.release(running);
    executor().submit(() -> "after them").get();
    executor().shutdown();
    awaitTermination();
    tasks.forEach(Held::assertNeverRan);
    futures.forEach(CancelConformance::assertCancelled);
  }

  @Test
  @DisplayName("AF2: cancel(true) interrupts the task that runs; the future is cancelled at once")
  default void whileItRunsWithInterrupt() throws Exception {
    var stubborn = Held.stubborn();
    Future<String> future = executor().submit(stubborn);
    stubborn.awaitStart();
    assertTrue(future.cancel(true), "cancel");
    assertCancelled(future);
    stubborn.awaitInterrupt();
    assertFalse(stubborn.isEnded(), "ended");
    stubborn.release();
    assertHealthy();
    assertCancelled(future);
  }

  @Test
  @DisplayName("AF2: cancel(true) interrupts a runnable that runs")
  default void aRunnableWhileItRuns() throws Exception {
    var held = Held.task();
    Future<?> future = executor().submit(held::run);
    held.awaitStart();
    assertTrue(future.cancel(true), "cancel");
    held.awaitInterrupt();
    assertCancelled(future);
    var other = Held.task();
    Future<String> withResult = executor().submit(other::run, "result");
    other.awaitStart();
    assertTrue(withResult.cancel(true), "cancel");
    other.awaitInterrupt();
    assertCancelled(withResult);
  }

  @Test
  @DisplayName(
      "AF2: cancel(false) lets the task that runs come to its end; the future is cancelled")
  default void whileItRunsWithoutInterrupt() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    held.awaitStart();
    assertTrue(future.cancel(false), "cancel");
    assertCancelled(future);
    assertFalse(held.isEnded(), "ended");
    held.release();
    held.awaitEnd();
    assertHealthy();
    assertFalse(held.isInterrupted(), "the task was interrupted");
    assertCancelled(future);
  }

  @Test
  @DisplayName("AF2: what a task throws after it was cancelled changes nothing")
  default void aFailureAfterwards() throws Exception {
    var held = Held.stubborn();
    Future<String> future =
        executor()
            .submit(
                () -> {
                  held.call();
                  throw new IOException("too late");
                });
    held.awaitStart();
    future.cancel(true);
    held.release();
    held.awaitEnd();
    assertHealthy();
    assertCancelled(future);
  }

  @Test
  @DisplayName("AF2: cancel after the end has no effect and returns false")
  default void afterTheEnd() throws Exception {
    var error = new IOException("thrown");
    Future<String> good = executor().submit(() -> "result");
    Future<String> bad = executor().submit(Broken.task(error));
    good.get();
    Conformance.failure(bad);
    for (boolean interrupt : new boolean[] {true, false}) {
      assertFalse(good.cancel(interrupt), "cancel of a success");
      assertFalse(bad.cancel(interrupt), "cancel of a failure");
      assertFalse(good.isCancelled() || bad.isCancelled(), "cancelled");
      assertEquals(Future.State.SUCCESS, good.state());
      assertEquals(Future.State.FAILED, bad.state());
      assertEquals("result", good.get());
      assertSame(error, Conformance.failure(bad));
    }
  }

  @Test
  @DisplayName("AF2: cancel has no effect on a task that is cancelled: it does not interrupt later")
  default void cancelHasNoEffectOnceCancelled() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    held.awaitStart();
    assertTrue(future.cancel(false), "cancel");
    future.cancel(true);
    assertCancelled(future);
    assertFalse(held.isEnded(), "ended");
    held.release();
    held.awaitEnd();
    assertHealthy();
    assertFalse(held.isInterrupted(), "the task was interrupted");
  }

  @Test
  @DisplayName("AF2: of several who cancel at once, at least one is told that it did")
  default void severalCancel() throws Exception {
    for (int round = 0; round < 50; round++) {
      var held = Held.task();
      Future<String> future = executor().submit(held);
      var one = Caller.of(() -> future.cancel(true));
      var other = Caller.of(() -> future.cancel(true));
      assertTrue(one.value() | other.value(), "cancel");
      assertCancelled(future);
    }
  }

  @Test
  @DisplayName("AF2: cancel ends the wait of all who wait")
  default void cancelEndsWaits() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    held.awaitStart();
    var waiting = Caller.of(future::get).awaitBlocked();
    var timed = Caller.of(() -> future.get(1, TimeUnit.DAYS)).awaitBlocked();
    future.cancel(true);
    waiting.thrown(CancellationException.class);
    timed.thrown(CancellationException.class);
    assertFalse(waiting.leftInterrupted() || timed.leftInterrupted(), "a waiter was interrupted");
  }

  @Test
  @DisplayName("AF2: a cancelled task that goes on running still takes its thread")
  default void aCancelledTaskTakesItsThread() throws Exception {
    List<Held> stubborn = Stream.generate(Held::stubborn).limit(threads()).toList();
    List<Future<String>> futures = stubborn.stream().map(executor()::submit).toList();
    for (Held task : stubborn) {
      task.awaitStart();
    }
    futures.forEach(future -> future.cancel(true));
    Held next = queue(1).getFirst();
    for (Held task : stubborn) {
      task.awaitInterrupt();
    }
    executor().shutdown();
    assertFalse(executor().awaitTermination(1, TimeUnit.MILLISECONDS), "terminated");
    assertFalse(next.isStarted(), "one more than %d runs".formatted(threads()));
    Held.release(stubborn);
    next.awaitStart();
    next.release();
    awaitTermination();
  }

  @Test
  @DisplayName("AF2: cancelling a task touches no other")
  default void othersAreUntouched() throws Exception {
    List<Held> running = Stream.generate(Held::task).limit(threads()).toList();
    List<Future<String>> futures = running.stream().map(executor()::submit).toList();
    for (Held task : running) {
      task.awaitStart();
    }
    Future<String> queued = executor().submit(() -> "queued");
    Future<String> next = executor().submit(() -> "next");
    assertTrue(queued.cancel(true), "cancel");
    assertTrue(futures.getFirst().cancel(true), "cancel");
    running.getFirst().awaitInterrupt();
    assertEquals("next", next.get());
    Held.release(running);
    for (int i = 1; i < threads(); i++) {
      assertEquals(Held.VALUE, futures.get(i).get());
      assertFalse(running.get(i).isInterrupted(), "another task was interrupted");
    }
  }

  @Test
  @DisplayName("AF2: a task may cancel itself, and is interrupted by that if it says so")
  default void selfCancel() throws Exception {
    for (boolean interrupt : new boolean[] {true, false}) {
      var self = new CompletableFuture<Future<?>>();
      var seen = new CompletableFuture<Boolean>();
      Future<?> future =
          executor()
              .submit(
                  () -> {
                    self.join().cancel(interrupt);
                    seen.complete(Thread.interrupted());
                    return "ignored";
                  });
      self.complete(future);
      assertEquals(interrupt, seen.get(10, TimeUnit.SECONDS), "interrupted");
      assertCancelled(future);
      assertHealthy();
    }
  }

  @Test
  @DisplayName("AF2: tasks cancelled in the queue after shutdown do not hold up the end")
  default void cancelledAfterShutdown() throws Exception {
    List<Held> running = occupy();
    List<Held> tasks = Stream.generate(Held::task).limit(10).toList();
    List<Future<String>> futures = tasks.stream().map(executor()::submit).toList();
    executor().shutdown();
    futures.forEach(future -> assertTrue(future.cancel(true), "cancel"));
    Held.release(running);
    awaitTermination();
    tasks.forEach(Held::assertNeverRan);
    futures.forEach(CancelConformance::assertCancelled);
  }
}
