package io.millrace.executor;

import static java.time.Duration.ofDays;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.pool.Work;
import io.millrace.testkit.NoLeaks;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;

/** Whoever waits can tell what the task threw from what the wait threw. */
@NoLeaks
@Timeout(60)
class WhoseExceptionTest {
  private final ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).grace(ofDays(1)));
  private final InterruptedException interrupted = new InterruptedException("by the task");
  private final TimeoutException late = new TimeoutException("by the task");
  private final CountDownLatch never = new CountDownLatch(1);

  @AfterEach
  void close() {
    executor.shutdownNow();
    executor.close();
  }

  private <E extends Exception> ExecutorFuture<Object> failing(E thrown) {
    return executor.submit(
        () -> {
          throw thrown;
        });
  }

  private static void assertOfTheTask(Exception thrown, Executable call) {
    assertSame(thrown, assertThrows(ExecutionException.class, call).getCause());
  }

  @Test
  @DisplayName(
      "X7: an InterruptedException of the task is not the caller's, who was not interrupted")
  void interruptsOfTheTask() {
    ExecutorFuture<Object> future = failing(interrupted);
    assertOfTheTask(interrupted, future::result);
    assertOfTheTask(interrupted, () -> future.result(ofDays(1)));
    assertSame(interrupted, future.exception().orElseThrow());
    ExecutorFuture<Object> scheduled =
        Work.schedule(
            () -> {
              throw interrupted;
            });
    assertOfTheTask(interrupted, scheduled::result);
    CompletableFuture<Object> stage = CompletableFuture.failedFuture(interrupted);
    assertOfTheTask(interrupted, () -> Work.run(stage));
    assertOfTheTask(interrupted, Work.future(stage)::call);
    assertFalse(Thread.currentThread().isInterrupted());
  }

  @Test
  @DisplayName("X7: an interrupt of the caller is thrown as itself")
  void interruptsOfTheCaller() {
    ExecutorFuture<Boolean> future =
        executor.submit(
            () -> {
              never.await();
              return true;
            });
    CompletableFuture<Object> stage = new CompletableFuture<>();
    List<Executable> waits =
        List.of(future::result, () -> future.result(ofDays(1)), () -> Work.run(stage));
    for (Executable wait : waits) {
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, wait);
      assertFalse(Thread.currentThread().isInterrupted());
    }
    assertFalse(future.isDone());
    assertTrue(stage.isCancelled());
  }

  @Test
  @DisplayName("X7: a TimeoutException of the task is told from that of the wait")
  void timeoutsOfTheTask() {
    ExecutorFuture<Object> future = failing(late);
    assertSame(late, assertThrows(TimeoutException.class, future::result), "it has no own timeout");
    assertOfTheTask(late, () -> future.result(ofDays(1)));
    TaskOptions brief = TaskOptions.none().attemptTimeout(ofMillis(5));
    ExecutorFuture<Boolean> stuck =
        executor.submit(
            () -> {
              never.await();
              return true;
            },
            brief);
    assertInstanceOf(
        TimeoutException.class,
        assertThrows(ExecutionException.class, () -> stuck.result(ofDays(1))).getCause());
  }

  @Test
  @DisplayName("X7: a TimeoutException of an action or a source is told from that of the map")
  void timeoutsInAMap() {
    TaskOptions none = TaskOptions.none();
    List<Integer> items = List.of(1);
    assertSame(
        late,
        assertThrows(
            TimeoutException.class, () -> executor.map(items, item -> failing(late).result())));
    assertOfTheTask(
        late, () -> executor.map(items, item -> failing(late).result(), none, ofDays(1)));
    IllegalStateException broken = new IllegalStateException("source");
    Iterable<Integer> source =
        () -> {
          throw broken;
        };
    assertSame(
        broken,
        assertThrows(
            IllegalStateException.class,
            () -> executor.map(source, item -> item, none, ofDays(1))));
  }

  @Test
  @DisplayName("X7: a CancellationException of the task leaves its future a failed one")
  void cancellationsOfTheTask() {
    CancellationException own = new CancellationException("by the task");
    ExecutorFuture<Object> future = failing(own);
    assertSame(own, assertThrows(CancellationException.class, future::result));
    assertFalse(future.isCancelled());
    assertSame(own, future.exception().orElseThrow());
    assertEquals(0, own.getSuppressed().length);
  }
}
