package io.millrace.executor;

import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.Action;
import io.millrace.plan.Truncation;
import io.millrace.pool.WorkPool;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits for tasks of an executor goes on in time, whatever ends them. */
@NoLeaks
@Timeout(20)
class WaitsThatEndTest {

  @Test
  @DisplayName("E20: a map ends at its timeout between two reads of a slow source")
  void mapOverSlowSource() {
    try (ManualClock clock = ManualClock.jumping()) {
      List<Integer> read = new ArrayList<>();
      Iterable<Integer> slow =
          () ->
              IntStream.range(0, 20)
                  .map(
                      number -> {
                        sleep(clock, ofSeconds(1));
                        read.add(number);
                        return number;
                      })
                  .iterator();
      Runnable mapping =
          () -> {
            try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).clock(clock))) {
              assertThrows(
                  TimeoutException.class,
                  () ->
                      executor.<Integer, Integer>map(
                          slow, item -> item, executor.options(), ofSeconds(5)));
            }
          };
      clock.announced(mapping).run();
      assertEquals(ofSeconds(5), clock.elapsed());
      assertEquals(5, read.size(), "items read");
    }
  }

  @Test
  @DisplayName("a stream of values throws at its timeout also if the values are there")
  void slowTaker() throws Exception {
    try (ManualClock clock = new ManualClock();
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).clock(clock));
        Stream<Integer> values =
            executor.<Integer, Integer>mapIter(
                List.of(1, 2, 3), item -> item, executor.options(), ofMinutes(1))) {
      Iterator<Integer> iterator = values.iterator();
      assertEquals(1, iterator.next());
      clock.advance(ofMinutes(1));
      assertThrows(TimeoutException.class, iterator::hasNext);
      assertThrows(TimeoutException.class, iterator::hasNext);
    }
  }

  private static void sleep(ManualClock clock, Duration duration) {
    try {
      clock.sleep(duration);
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }

  @Test
  @DisplayName("E12: a map of an executor that another thread stops is cancelled")
  void mapAndShutdownNow() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      CountDownLatch begun = new CountDownLatch(1);
      Action<Integer, Integer> stuck =
          item -> {
            begun.countDown();
            new CountDownLatch(1).await();
            return item;
          };
      FutureTask<List<Integer>> mapping =
          new FutureTask<>(() -> executor.map(List.of(1, 2, 3, 4), stuck));
      Thread.startVirtualThread(mapping);
      begun.await();
      executor.shutdownNow();
      ExecutionException failed = assertThrows(ExecutionException.class, mapping::get);
      assertTrue(
          failed.getCause() instanceof CancellationException
              || failed.getCause() instanceof InterruptedException,
          failed.toString());
    }
  }

  @Test
  @DisplayName("E12: invokeAll of an executor that another thread stops returns what was cancelled")
  void invokeAllAndShutdownNow() throws Exception {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      CountDownLatch begun = new CountDownLatch(1);
      var tasks =
          List.<java.util.concurrent.Callable<Integer>>of(
              () -> {
                begun.countDown();
                new CountDownLatch(1).await();
                return 1;
              },
              () -> 2);
      var invoking = new FutureTask<>(() -> executor.invokeAll(tasks));
      Thread.startVirtualThread(invoking);
      begun.await();
      executor.shutdownNow();
      try {
        assertTrue(invoking.get().getLast().isCancelled());
      } catch (ExecutionException stoppedBefore) { // it had not submitted all of them
        assertInstanceOf(RejectedExecutionException.class, stoppedBefore.getCause());
      }
    }
  }

  @Test
  @DisplayName(
      "S3: futures as they are completed end for the reader when somebody closes the stream")
  void closedWhileRead() throws Exception {
    CompletableFuture<Integer> first = CompletableFuture.completedFuture(1);
    CompletableFuture<Integer> never = new CompletableFuture<>();
    Stream<CompletableFuture<Integer>> completed =
        ParallelExecutor.asCompleted(List.of(first, never));
    Iterator<CompletableFuture<Integer>> iterator = completed.iterator();
    assertSame(first, iterator.next());
    FutureTask<Boolean> more = new FutureTask<>(iterator::hasNext);
    Thread.startVirtualThread(more);
    completed.close();
    assertFalse(more.get());
    never.complete(2);
    assertFalse(iterator.hasNext());
  }

  @Test
  @DisplayName("S3: a reader of futures that was interrupted is told so each time")
  void interruptedTwice() {
    CompletableFuture<Integer> later = new CompletableFuture<>();
    try (Stream<CompletableFuture<Integer>> completed =
        ParallelExecutor.asCompleted(List.of(later))) {
      Iterator<CompletableFuture<Integer>> iterator = completed.iterator();
      Thread.currentThread().interrupt();
      assertThrows(CancellationException.class, iterator::hasNext);
      assertTrue(Thread.interrupted());
      later.complete(1);
      assertThrows(CancellationException.class, iterator::hasNext);
    }
  }

  @Test
  @DisplayName("a get without time by a virtual clock hears of an interrupt, as in real time")
  void interruptedGetWithoutTime() {
    try (ManualClock clock = new ManualClock();
        ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).clock(clock))) {
      CountDownLatch end = new CountDownLatch(1);
      ExecutorFuture<Integer> future =
          executor.submit(
              () -> {
                end.await();
                return 1;
              });
      Thread.currentThread().interrupt();
      assertThrows(InterruptedException.class, () -> future.get(0, TimeUnit.SECONDS));
      assertFalse(Thread.interrupted());
      assertThrows(TimeoutException.class, () -> future.get(0, TimeUnit.SECONDS));
      end.countDown();
    }
  }

  @Test
  @DisplayName("a pool whose executor somebody has closed starts again")
  void closedPool() throws Exception {
    WorkPool pool = WorkPool.of(Parallel.of(2));
    try (ParallelExecutor executor = pool.executor()) {
      assertEquals(1, executor.submit(() -> 1).get());
    }
    assertFalse(pool.started());
    assertEquals(2, pool.submit(() -> 2).get());
    pool.shutdownAndWait();
  }

  @Test
  @DisplayName("a cancellation comes out as itself")
  void cancellation() {
    try (ParallelExecutor executor = ParallelExecutor.of(1)) {
      ExecutorFuture<Integer> future =
          executor.submit(
              () -> {
                new CountDownLatch(1).await();
                return 1;
              });
      CancellationException mine = new CancellationException("mine");
      future.completeExceptionally(mine);
      assertSame(mine, assertThrows(CancellationException.class, future::result));
      executor.shutdownNow();
    }
  }

  @Test
  @DisplayName("an action gets the failure of its stage, whatever its type")
  void failuresOfStages() {
    ExecutionException own = new ExecutionException(new IOException("inner"));
    CancellationException cancelled = new CancellationException("mine");
    for (Exception failure : List.of(own, cancelled)) {
      Action<Integer, Integer> action =
          Action.awaiting(item -> CompletableFuture.failedFuture(failure));
      assertSame(failure, assertThrows(Exception.class, () -> action.apply(1)));
    }
  }

  @Test
  @DisplayName("an executor refuses options that mean nothing to tasks")
  void refused() {
    Parallel patient = Parallel.of(1).patience(ofSeconds(1));
    Parallel silent = Parallel.of(1).truncation(Truncation.SILENT);
    assertThrows(IllegalArgumentException.class, () -> ParallelExecutor.of(patient));
    assertThrows(IllegalArgumentException.class, () -> ParallelExecutor.of(silent));
  }
}
