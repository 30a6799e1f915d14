package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a future tells, and how one waits for it. */
interface FutureConformance extends Conformance {

  @Test
  @DisplayName("AF2: a task that has not completed is RUNNING, in the queue as well")
  default void beforeTheEnd() throws Exception {
    var held = Held.task();
    Future<String> running = executor().submit(held);
    held.awaitStart();
    for (int i = 1; i < threads(); i++) {
      executor().submit(Held.task());
    }
    Future<String> queued = executor().submit(() -> "queued");
    for (Future<String> future : List.of(running, queued)) {
      assertFalse(future.isDone(), "done");
      assertFalse(future.isCancelled(), "cancelled");
      assertEquals(Future.State.RUNNING, future.state());
      assertThrows(IllegalStateException.class, future::resultNow);
      assertThrows(IllegalStateException.class, future::exceptionNow);
    }
  }

  @Test
  @DisplayName("AF2: a task that returned is a SUCCESS with its result")
  default void afterAReturn() throws Exception {
    Future<String> future = executor().submit(() -> "result");
    for (int i = 0; i < 2; i++) {
      assertEquals("result", future.get());
      assertTrue(future.isDone(), "done");
      assertFalse(future.isCancelled(), "cancelled");
      assertEquals(Future.State.SUCCESS, future.state());
      assertEquals("result", future.resultNow());
      assertThrows(IllegalStateException.class, future::exceptionNow);
    }
  }

  @Test
  @DisplayName("AF2: a task that threw has FAILED with what it threw")
  default void afterAThrow() {
    var error = new IOException("thrown");
    Future<String> future = executor().submit(Broken.task(error));
    for (int i = 0; i < 2; i++) {
      assertSame(error, Conformance.failure(future));
      assertSame(error, assertThrows(ExecutionException.class, future::get).getCause());
      assertTrue(future.isDone(), "done");
      assertFalse(future.isCancelled(), "cancelled");
      assertEquals(Future.State.FAILED, future.state());
      assertSame(error, future.exceptionNow());
      assertThrows(IllegalStateException.class, future::resultNow);
    }
  }

  @Test
  @DisplayName("AF2: get waits for the end, with a timeout no longer than that")
  default void getWaits() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    var waiting = Caller.of(future::get).awaitBlocked();
    var timed = Caller.of(() -> future.get(Long.MAX_VALUE, TimeUnit.DAYS)).awaitBlocked();
    held.release();
    assertEquals(Held.VALUE, waiting.value());
    assertEquals(Held.VALUE, timed.value());
  }

  @Test
  @DisplayName("AF2: all who wait get the result, or the failure")
  default void allWhoWaitGetIt() throws Exception {
    var held = Held.task();
    var error = new IOException("thrown");
    Future<String> good = executor().submit(held);
    Future<String> bad =
        executor()
            .submit(
                () -> {
                  held.call();
                  throw error;
                });
    var lucky = Stream.generate(() -> Caller.of(good::get).awaitBlocked()).limit(3).toList();
    var unlucky = Stream.generate(() -> Caller.of(bad::get).awaitBlocked()).limit(3).toList();
    held.release();
    for (var caller : lucky) {
      assertEquals(Held.VALUE, caller.value());
    }
    for (var caller : unlucky) {
      assertSame(error, caller.thrown(ExecutionException.class).getCause());
    }
  }

  @Test
  @DisplayName("A43: a wait that times out leaves the task running, and a later get has its result")
  default void aTimeoutLeavesTheTaskRunning() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    held.awaitStart();
    for (long timeout : new long[] {0, -1, Long.MIN_VALUE, 1}) {
      assertThrows(TimeoutException.class, () -> future.get(timeout, TimeUnit.MILLISECONDS));
      assertEquals(Future.State.RUNNING, future.state());
    }
    held.release();
    assertEquals(Held.VALUE, future.get());
    assertFalse(held.isInterrupted(), "the task was interrupted");
  }

  @Test
  @DisplayName("A43: a task that has finished gives its result even if there is no time to wait")
  default void noTimeIsNeededForWhatIsDone() throws Exception {
    Future<String> good = executor().submit(() -> "result");
    Future<String> bad = executor().submit(Broken.task(new IOException("thrown")));
    good.get();
    Conformance.failure(bad);
    for (long timeout : new long[] {0, -1, Long.MIN_VALUE}) {
      assertEquals("result", good.get(timeout, TimeUnit.NANOSECONDS));
      assertThrows(ExecutionException.class, () -> bad.get(timeout, TimeUnit.NANOSECONDS));
    }
  }

  @Test
  @DisplayName("A43: a task that was cancelled says so even if there is no time to wait")
  default void noTimeIsNeededForWhatIsCancelled() throws Exception {
    occupy();
    Future<String> future = executor().submit(() -> "never");
    future.cancel(false);
    for (long timeout : new long[] {0, -1, Long.MIN_VALUE}) {
      assertThrows(CancellationException.class, () -> future.get(timeout, TimeUnit.NANOSECONDS));
    }
  }

  @Test
  @DisplayName("AF2: get without a unit is refused")
  default void getNeedsAUnit() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    assertThrows(NullPointerException.class, () -> future.get(1, null));
    held.release();
    assertEquals(Held.VALUE, future.get());
    assertThrows(NullPointerException.class, () -> future.get(1, null));
  }

  @Test
  @DisplayName("AF2: an interrupt ends a wait and not the task")
  default void anInterruptEndsGetOnly() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    held.awaitStart();
    var waiting = Caller.of(future::get).awaitBlocked().interrupt();
    waiting.thrown(InterruptedException.class);
    var timed = Caller.of(() -> future.get(1, TimeUnit.DAYS)).awaitBlocked().interrupt();
    timed.thrown(InterruptedException.class);
    assertFalse(waiting.leftInterrupted() || timed.leftInterrupted(), "the flag was left");
    assertEquals(Future.State.RUNNING, future.state());
    held.release();
    assertEquals(Held.VALUE, future.get());
    assertFalse(held.isInterrupted(), "the task was interrupted");
  }

  @Test
  @DisplayName("AF2: whoever comes with an interrupt does not wait")
  default void anInterruptedCallerDoesNotWait() throws Exception {
    var held = Held.task();
    Future<String> future = executor().submit(held);
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, future::get);
    assertFalse(Thread.interrupted(), "the flag was left");
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> future.get(1, TimeUnit.DAYS));
    assertFalse(Thread.interrupted(), "the flag was left");
    held.release();
    assertEquals(Held.VALUE, future.get());
  }

  @Test
  @DisplayName("AF2: what is done is told at once to an interrupted caller, who stays interrupted")
  default void whatIsDoneNeedsNoWait() throws Exception {
    var error = new IOException("thrown");
    Future<String> good = executor().submit(() -> "result");
    Future<String> bad = executor().submit(Broken.task(error));
    good.get();
    Conformance.failure(bad);
    Thread.currentThread().interrupt();
    try {
      assertEquals("result", good.get());
      assertEquals("result", good.get(1, TimeUnit.DAYS));
      assertEquals("result", good.resultNow());
      assertEquals(Future.State.SUCCESS, good.state());
      assertSame(error, bad.exceptionNow());
      assertEquals(Future.State.FAILED, bad.state());
    } finally {
      assertTrue(Thread.interrupted(), "the flag is gone");
    }
  }
}
