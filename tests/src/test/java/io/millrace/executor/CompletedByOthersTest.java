package io.millrace.executor;

import static java.time.Duration.ofHours;
import static java.time.Duration.ofMillis;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import io.millrace.plan.Workers;
import io.millrace.testkit.NoLeaks;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Futures and value streams of an executor that end in unusual ways. */
@NoLeaks
@Timeout(60)
class CompletedByOthersTest {
  private final IllegalStateException failure = new IllegalStateException("thrown by the test");

  static Stream<Consumer<ExecutorFuture<Integer>>> completions() {
    return Stream.of(
        future -> future.complete(3),
        future -> future.completeExceptionally(new IllegalStateException("completed")),
        future -> future.completeAsync(() -> 3, Runnable::run),
        future -> future.completeAsync(() -> 3).join(),
        future -> future.obtrudeValue(3),
        future -> future.obtrudeException(new IllegalStateException("obtruded")),
        future -> future.completeOnTimeout(3, 1, TimeUnit.MILLISECONDS).join());
  }

  @ParameterizedTest
  @MethodSource("completions")
  @DisplayName(
      "E12: a task whose future is completed by others is not waited for between its attempts")
  void isNotWaitedForInItsBackoff(Consumer<ExecutorFuture<Integer>> completion) throws Exception {
    Parallel patient = Parallel.of(2).retry(Retry.ofAttempts(2).backoff(Backoff.fixed(ofHours(1))));
    CountDownLatch called = new CountDownLatch(1);
    ParallelExecutor executor = ParallelExecutor.of(patient);
    ExecutorFuture<Integer> future =
        executor.submit(
            () -> {
              called.countDown();
              throw failure;
            });
    called.await();
    completion.accept(future);
    executor.close(); // would wait for an hour
    assertTrue(executor.isTerminated());
  }

  @Test
  @DisplayName(
      "A1: a value stream hands out what was done before its source threw, and throws again")
  void handsOutWhatWasDoneBeforeItsSourceThrew() {
    Iterable<Integer> source =
        () ->
            new Iterator<>() {
              private int next;

              @Override
              public boolean hasNext() {
                if (next == 3) {
                  throw failure;
                }
                return true;
              }

              @Override
              public Integer next() {
                return next++;
              }
            };
    try (ParallelExecutor executor = ParallelExecutor.of(4);
        Stream<Integer> values = executor.mapIter(source, item -> item)) {
      var spliterator = values.spliterator();
      List<Integer> seen = new ArrayList<>();
      assertSame(
          failure,
          assertThrows(IllegalStateException.class, () -> spliterator.forEachRemaining(seen::add)));
      assertEquals(List.of(0, 1, 2), seen);
      assertSame(
          failure,
          assertThrows(IllegalStateException.class, () -> spliterator.tryAdvance(seen::add)),
          "it never looks like the end");
    }
  }

  @Test
  @DisplayName("A17: the executor's timeouts hold for commands")
  void timeoutsHoldForCommands() throws Exception {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    try (ParallelExecutor executor =
        ParallelExecutor.of(Parallel.of(1).attemptTimeout(ofMillis(20)))) {
      executor.execute(
          () -> {
            try {
              never.await();
            } catch (InterruptedException cut) {
              interrupted.countDown();
            }
          });
      interrupted.await();
    }
  }

  @Test
  @DisplayName("I10: an interrupt that the source restores is never taken for the end of the items")
  void sourceRestoresAnInterrupt() {
    Iterable<Integer> source =
        () ->
            new Iterator<>() {
              private boolean given;

              @Override
              public boolean hasNext() {
                if (given) {
                  Thread.currentThread().interrupt();
                }
                return !given;
              }

              @Override
              public Integer next() {
                given = true;
                return 0;
              }
            };
    try (ParallelExecutor executor = ParallelExecutor.of(2)) {
      assertThrows(CancellationException.class, () -> executor.map(source, item -> item));
      assertTrue(Thread.interrupted());
      Thread.currentThread().interrupt();
      assertThrows(
          CancellationException.class, () -> executor.map(List.<Integer>of(), item -> item));
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  @DisplayName("I10: tasks whose workers are refused say what the pool threw")
  void saysWhatThePoolThrew() {
    ExecutorService shut = Executors.newFixedThreadPool(1);
    shut.shutdown();
    ParallelExecutor executor = ParallelExecutor.of(Parallel.of(1).workers(Workers.on(shut)));
    try {
      ExecutorFuture<Integer> future = executor.submit(() -> 1);
      CancellationException cancelled = assertThrows(CancellationException.class, future::get);
      Throwable root = cancelled;
      while (root.getCause() != null) {
        root = root.getCause();
      }
      assertInstanceOf(RejectedExecutionException.class, root);
    } catch (RejectedExecutionException refused) {
      // the executor had ended before the task came
    } finally {
      executor.close();
    }
  }
}
