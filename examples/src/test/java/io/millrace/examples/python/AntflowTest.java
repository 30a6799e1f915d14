package io.millrace.examples.python;

import static java.time.Duration.ZERO;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.TaskOptions;
import io.millrace.executor.WaitStrategy;
import io.millrace.executor.Waited;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.Retry;
import io.millrace.plan.Source;
import io.millrace.testkit.ManualClock;
import io.millrace.testkit.ScriptedAction;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class AntflowTest {
  private final List<Object> printed = new ArrayList<>();

  private int square(int number) {
    return number * number;
  }

  private List<Integer> squares(List<Integer> numbers) {
    return numbers.stream().map(this::square).toList();
  }

  private int failing() {
    throw new IllegalStateException("no such task");
  }

  @Test
  @DisplayName("AF1, AF2, AF8: one task, and its future")
  void submit() throws Exception {
    // @start region="submit"
    try (var executor = ParallelExecutor.of(3)) { // AsyncExecutor(max_workers=3)
      ExecutorFuture<Integer> future = executor.submit(() -> square(42));

      int result = future.result(ofSeconds(5)); // throws what the task threw, itself
      printed.add(result);
    } // waits for all tasks
    // @end
    assertEquals(List.of(1764), printed);
    try (var executor = ParallelExecutor.of(3)) {
      var future = executor.submit(this::failing);
      assertThrows(IllegalStateException.class, () -> future.result());
      assertTrue(future.isDone());
      assertInstanceOf(IllegalStateException.class, future.exception().orElseThrow());
    }
  }

  @Test
  @DisplayName(
      "AF2, L11: retries at exactly the times that retry_delay says, and a shared semaphore")
  void options() throws Exception {
    // @start region="options"
    var api = WeightedSemaphore.bounded(5); // asyncio.Semaphore(5)
    var backoff = Backoff.exponential(ofMillis(500)).jitter(Jitter.NONE); // retry_delay=0.5
    var options =
        TaskOptions.none() // of one task; others may have others
            .retry(Retry.ofRetries(3).backoff(backoff)) // retries=3: four calls in all
            .semaphore(api);

    try (var executor = ParallelExecutor.of(100)) {
      var futures = new ArrayList<ExecutorFuture<Integer>>();
      for (int n = 0; n < 50; n++) {
        int number = n;
        futures.add(executor.submit(() -> square(number), options));
      }
      printed.add(futures.getLast().result());
    }
    // @end
    assertEquals(List.of(49 * 49), printed);
    assertEquals(5, api.availablePermits());
    try (var clock = ManualClock.jumping();
        var executor = ParallelExecutor.of(Parallel.of(100).clock(clock))) {
      var call =
          ScriptedAction.<Integer, Integer>on(clock).fails(new IOException("busy"), 3).returns(1);
      assertEquals(1, executor.submit(() -> call.apply(0), options).result());
      assertEquals(
          List.of(ZERO, ofMillis(500), ofMillis(1_500), ofMillis(3_500)), call.startsOf(0));
    }
  }

  @Test
  @DisplayName("AF3, AF4, AF8, AF9: many items")
  void map() throws Exception {
    var numbers = List.of(1, 2, 3);
    var options = TaskOptions.none();
    // @start region="map"
    try (var executor = ParallelExecutor.of(5)) {
      List<Integer> squares = executor.map(numbers, this::square);
      List<Integer> sums = executor.map(numbers, List.of(4, 5, 6), Integer::sum);
      List<Integer> inTime = executor.map(numbers, this::square, options, ofSeconds(10));

      try (var each = executor.mapIter(numbers, this::square)) {
        printed.add(each.filter(square -> square > 3).findFirst()); // cancels the rest
      }
      printed.add(List.of(squares, sums, inTime));
    }
    // @end
    assertEquals("[Optional[4], [[1, 4, 9], [5, 7, 9], [1, 4, 9]]]", printed.toString());
    try (var executor = ParallelExecutor.of(5)) {
      var chunks = Source.chunks(numbers, 2);
      assertEquals(List.of(List.of(1, 4), List.of(9)), executor.map(chunks, this::squares));
    }
  }

  @Test
  @DisplayName("AF5, AF6: many futures")
  void futures() throws Exception {
    // @start region="futures"
    try (var executor = ParallelExecutor.of(5)) {
      var futures = new ArrayList<ExecutorFuture<Integer>>();
      for (int n = 0; n < 10; n++) {
        int number = n;
        futures.add(executor.submit(() -> square(number)));
      }

      var waited = ParallelExecutor.waitFor(futures, WaitStrategy.FIRST_COMPLETED);
      printed.add(waited.done().size() + waited.pending().size());

      try (var done = ParallelExecutor.asCompleted(futures, ofSeconds(30))) {
        done.forEach(future -> printed.add(future.join()));
      }
    }
    // @end
    assertEquals(11, printed.size());
    assertEquals(10, printed.getFirst());
    Waited<ExecutorFuture<Integer>> none =
        ParallelExecutor.waitFor(
            List.<ExecutorFuture<Integer>>of(), WaitStrategy.FIRST_EXCEPTION, ZERO);
    assertEquals(List.of(), none.done());
  }

  @Test
  @DisplayName("AF7, L11: shutdown() does not wait, close() does")
  void shutdown() throws Exception {
    var executor = ParallelExecutor.of(3);
    var held = new CountDownLatch(1);
    var future = executor.submit(() -> held.await(1, TimeUnit.MINUTES));
    executor.shutdown(); // does not wait, or the task would end in a minute
    assertFalse(future.isDone());
    held.countDown();
    executor.close();
    assertTrue(future.isDone());
    executor.shutdownAndCancel();
    assertFalse(executor.shutdownNow().iterator().hasNext());
    assertThrows(RejectedExecutionException.class, () -> executor.submit(() -> square(1)));
  }
}
