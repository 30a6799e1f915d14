package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Collections;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What callbacks may do, wherever they run. */
interface CallbackConformance extends CompletableConformance {

  @Test
  @DisplayName("AX8: a callback runs once, and sees the task ended")
  default void aCallbackSeesTheEnd() throws Exception {
    var held = Held.task();
    var source = submit(held);
    var calls = new AtomicInteger();
    var seen =
        source.thenApply(
            value -> {
              calls.incrementAndGet();
              assertTrue(source.isDone(), "done");
              assertEquals(Future.State.SUCCESS, source.state());
              assertEquals(value, source.resultNow());
              assertFalse(source.cancel(true), "cancel");
              return source.join();
            });
    held.release();
    assertEquals(Held.VALUE, seen.get(10, TimeUnit.SECONDS));
    assertHealthy();
    assertEquals(1, calls.get(), "calls");
  }

  @Test
  @DisplayName("AX8: a callback sees what the task wrote")
  default void aCallbackSeesWrites() throws Exception {
    for (int round = 0; round < 500; round++) {
      int[] plain = new int[1];
      int number = round;
      var seen = submit(() -> plain[0] = number).thenApply(_ -> plain[0]);
      assertEquals(number, seen.get(10, TimeUnit.SECONDS));
    }
  }

  @Test
  @DisplayName("AX8: a callback that throws fails its own stage; workers and other callbacks go on")
  default void aCallbackThatThrows() throws Exception {
    for (Throwable error : Broken.kinds()) {
      var held = Held.task();
      var source = submit(held);
      var one = source.thenApply(String::length);
      var broken = source.thenRun(Broken.command(error));
      var other = source.thenApply(String::length);
      held.release();
      assertEquals(4, one.get(10, TimeUnit.SECONDS));
      assertEquals(4, other.get(10, TimeUnit.SECONDS));
      assertTrue(
          CompletableConformance.cause(broken.handle((_, e) -> e).join()) != null, "no failure");
      assertEquals(Held.VALUE, source.get());
      assertHealthy();
    }
  }

  @Test
  @DisplayName("AX8: a callback may hand in tasks, complete others and attach more callbacks")
  default void aCallbackUsesTheExecutor() throws Exception {
    var held = Held.task();
    var source = submit(held);
    var other = new CompletableFuture<String>();
    var attached = new CompletableFuture<String>();
    var submitted =
        source.thenCompose(
            value -> {
              other.complete(value);
              source.thenAccept(attached::complete);
              return submit(() -> value + " again");
            });
    held.release();
    assertEquals(Held.VALUE + " again", submitted.get(10, TimeUnit.SECONDS));
    assertEquals(Held.VALUE, other.get(10, TimeUnit.SECONDS));
    assertEquals(Held.VALUE, attached.get(10, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("AX8: a long chain in which each callback hands in the next task comes to its end")
  default void aChainOfCallbacks() throws Exception {
    var end = new CountDownLatch(1);
    next(2_000, end);
    Patience.await(end, "the end of the chain");
    assertHealthy();
  }

  private void next(int left, CountDownLatch end) {
    submit(() -> left)
        .thenAccept(
            number -> {
              if (number == 0) {
                end.countDown();
              } else {
                next(number - 1, end);
              }
            });
  }

  @Test
  @DisplayName("AF7: a callback may shut the executor down")
  default void aCallbackShutsDown() throws Exception {
    var held = Held.task();
    var source = submit(held);
    var shut = source.thenRun(executor()::shutdown);
    held.release();
    shut.get(10, TimeUnit.SECONDS);
    awaitTermination();
    assertEquals(Held.VALUE, source.get());
  }

  @Test
  @DisplayName("I7: an interrupt flag that a callback sets reaches no task")
  default void aCallbackSetsTheFlag() throws Exception {
    for (int round = 0; round < 10; round++) {
      var running = occupy();
      var sources = Collections.nCopies(threads(), 0).stream().map(_ -> submit(() -> "x")).toList();
      sources.forEach(source -> source.thenRun(() -> Thread.currentThread().interrupt()));
      Held.release(running);
      assertEquals(
          Collections.nCopies(threads(), false), onEachThread(Thread::interrupted), "interrupted");
    }
  }

  @Test
  @DisplayName(
      "I7: a cancel in whose callbacks the task ends interrupts not the one that follows it")
  default void theTaskEndsWithinCancel() throws Exception {
    var first = Held.stubborn();
    var running = submit(first);
    first.awaitStart();
    var others = queue(threads() - 1);
    for (Held other : others) {
      other.awaitStart();
    }
    var next = Held.task();
    var follows = submit(next);
    var called =
        running.handle(
            (_, _) -> {
              first.release();
              Patience.until(next::isStarted, "the task that follows");
              return true;
            });
    assertTrue(running.cancel(true), "cancel");
    assertTrue(called.join(), "called back");
    next.release();
    assertEquals(Held.VALUE, follows.get());
    assertFalse(next.isInterrupted(), "the task that follows was interrupted");
    Held.release(others);
  }

  @Test
  @DisplayName("AF2: callbacks of a cancelled task do not wait for it to end")
  default void cancelCallsBackAtOnce() throws Exception {
    var stubborn = Held.stubborn();
    var running = submit(stubborn);
    stubborn.awaitStart();
    var called = running.handle((_, e) -> e);
    running.cancel(true);
    assertTrue(called.isDone(), "called back");
    assertFalse(stubborn.isEnded(), "ended");
    stubborn.release();
  }

  @Test
  @DisplayName("AF2: callbacks of a task that is cancelled in the queue run when it is cancelled")
  default void cancelInTheQueueCallsBack() throws Exception {
    var running = occupy();
    var queued = submit(() -> "never");
    var called = queued.handle((_, e) -> CompletableConformance.cause(e).getClass());
    queued.cancel(false);
    assertSame(CancellationException.class, called.getNow(null));
    Held.release(running);
  }
}
