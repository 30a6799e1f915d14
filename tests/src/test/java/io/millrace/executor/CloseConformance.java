package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Waiting for the end of an executor. */
interface CloseConformance extends Conformance {

  @Test
  @DisplayName("AF7: awaitTermination is false when its time is over, also when there is none")
  default void noTermination() throws Exception {
    for (long timeout : new long[] {0, -1, Long.MIN_VALUE, 1}) {
      assertFalse(executor().awaitTermination(timeout, TimeUnit.MILLISECONDS), "not shut down");
    }
    var running = occupy();
    executor().shutdown();
    for (long timeout : new long[] {0, -1, Long.MIN_VALUE, 1}) {
      assertFalse(executor().awaitTermination(timeout, TimeUnit.MILLISECONDS), "tasks run");
    }
    Held.release(running);
  }

  @Test
  @DisplayName("AF7: awaitTermination is true as soon as all has ended, and ever after")
  default void termination() throws Exception {
    var running = occupy();
    executor().shutdown();
    var waiting =
        Stream.generate(
                () -> Caller.of(() -> executor().awaitTermination(1, TimeUnit.DAYS)).awaitBlocked())
            .limit(3)
            .toList();
    Held.release(running);
    for (var caller : waiting) {
      assertTrue(caller.value(), "terminated");
    }
    assertTrue(executor().isTerminated(), "terminated");
    for (long timeout : new long[] {0, -1, Long.MIN_VALUE, Long.MAX_VALUE}) {
      assertTrue(executor().awaitTermination(timeout, TimeUnit.DAYS), "terminated");
    }
  }

  @Test
  @DisplayName("AF7: awaitTermination waits for a shutdown too")
  default void awaitsTheShutdown() throws Exception {
    var waiting = Caller.of(() -> executor().awaitTermination(1, TimeUnit.DAYS)).awaitBlocked();
    assertHealthy();
    waiting.assertWaiting();
    executor().shutdown();
    assertTrue(waiting.value(), "terminated");
  }

  @Test
  @DisplayName("AF7: awaitTermination without a unit is refused")
  default void awaitTerminationNeedsAUnit() {
    assertThrows(NullPointerException.class, () -> executor().awaitTermination(1, null));
  }

  @Test
  @DisplayName("AF7: an interrupt ends awaitTermination, and nothing else")
  default void anInterruptEndsAwaitTerminationOnly() throws Exception {
    var running = occupy();
    Future<String> queued = executor().submit(() -> "queued");
    executor().shutdown();
    var waiting = Caller.of(() -> executor().awaitTermination(1, TimeUnit.DAYS)).awaitBlocked();
    waiting.interrupt().thrown(InterruptedException.class);
    assertFalse(waiting.leftInterrupted(), "the flag was left");
    Thread.currentThread().interrupt();
    assertThrows(InterruptedException.class, () -> executor().awaitTermination(1, TimeUnit.DAYS));
    assertFalse(Thread.interrupted(), "the flag was left");
    Held.release(running);
    assertEquals("queued", queued.get());
    assertFalse(running.stream().anyMatch(Held::isInterrupted), "interrupted");
  }

  @Test
  @DisplayName("AF7: when all has ended, an interrupted caller need not wait to know it")
  default void whatHasEndedNeedsNoWait() throws Exception {
    assertHealthy();
    executor().shutdown();
    awaitTermination();
    Thread.currentThread().interrupt();
    try {
      assertTrue(executor().awaitTermination(1, TimeUnit.DAYS), "terminated");
    } finally {
      assertTrue(Thread.interrupted(), "the flag is gone");
    }
  }

  @Test
  @DisplayName("AF7: close rejects new tasks and waits until what runs and is queued has ended")
  default void closeWaits() throws Exception {
    var running = occupy();
    List<Held> queued = queue(2);
    var closing = Caller.running(executor()::close).awaitBlocked();
    assertTrue(executor().isShutdown(), "shut down");
    assertThrows(RejectedExecutionException.class, () -> executor().execute(() -> {}));
    Held.release(running);
    for (Held task : queued) {
      task.awaitStart();
      closing.assertWaiting();
      task.release();
    }
    closing.value();
    assertTrue(executor().isTerminated(), "terminated");
    assertTrue(queued.stream().allMatch(Held::isEnded), "ended");
    assertFalse(running.stream().anyMatch(Held::isInterrupted), "interrupted");
    assertFalse(closing.leftInterrupted(), "an interrupt came to the caller");
  }

  @Test
  @DisplayName("AF7: an executor that was never used closes at once")
  default void closeUnused() {
    executor().close();
    assertTrue(executor().isTerminated(), "terminated");
  }

  @Test
  @DisplayName("A89: a second close has no effect, with an interrupt as well")
  default void closeTwice() throws Exception {
    assertHealthy();
    executor().close();
    executor().close();
    Thread.currentThread().interrupt();
    try {
      executor().close();
    } finally {
      assertTrue(Thread.interrupted(), "the flag is gone");
    }
    assertTrue(executor().isTerminated(), "terminated");
  }

  @Test
  @DisplayName("AF7: close after shutdown or shutdownNow waits like the first one")
  default void closeAfterShutdown() throws Exception {
    List<Held> stubborn = Stream.generate(Held::stubborn).limit(threads()).toList();
    stubborn.forEach(executor()::submit);
    for (Held task : stubborn) {
      task.awaitStart();
    }
    executor().shutdown();
    var first = Caller.running(executor()::close).awaitBlocked();
    executor().shutdownNow();
    var second = Caller.running(executor()::close).awaitBlocked();
    first.assertWaiting();
    Held.release(stubborn);
    first.value();
    second.value();
    assertTrue(executor().isTerminated(), "terminated");
  }

  @Test
  @DisplayName("AF7: an interrupted close interrupts what runs, drops the queue, and waits on")
  default void anInterruptedClose() throws Exception {
    List<Held> stubborn = Stream.generate(Held::stubborn).limit(threads()).toList();
    stubborn.forEach(executor()::submit);
    for (Held task : stubborn) {
      task.awaitStart();
    }
    List<Held> queued = queue(3);
    var closing = Caller.running(executor()::close).awaitBlocked();
    assertFalse(stubborn.stream().anyMatch(Held::isInterrupted), "interrupted by close alone");
    closing.interrupt();
    for (Held task : stubborn) {
      task.awaitInterrupt();
    }
    closing.awaitBlocked().interrupt(); // no more than once does it matter
    closing.awaitBlocked().assertWaiting();
    Held.release(stubborn);
    closing.value();
    assertTrue(closing.leftInterrupted(), "the interrupt is not restored");
    assertTrue(executor().isTerminated(), "terminated");
    queued.forEach(Held::assertNeverRan);
  }

  @Test
  @DisplayName("AF7: a caller who comes interrupted stops what runs, and stays interrupted")
  default void closeByAnInterruptedCaller() throws Exception {
    var running = occupy();
    List<Held> queued = queue(3);
    Thread.currentThread().interrupt();
    try {
      executor().close();
    } finally {
      assertTrue(Thread.interrupted(), "the flag is gone");
    }
    assertTrue(executor().isTerminated(), "terminated");
    assertTrue(running.stream().allMatch(Held::isInterrupted), "interrupted");
    queued.forEach(Held::assertNeverRan);
  }

  @Test
  @DisplayName("AF7: in try-with-resources all tasks have ended after the block")
  default void tryWithResources() {
    List<Future<Integer>> futures;
    try (var executor = executor()) {
      futures =
          Stream.iterate(0, n -> n + 1).limit(100).map(n -> executor.submit(() -> n)).toList();
    }
    assertEquals(
        Stream.iterate(0, n -> n + 1).limit(100).toList(),
        futures.stream().map(Future::resultNow).toList());
  }
}
