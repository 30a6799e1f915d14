package io.millrace.examples;

import static java.time.Duration.ofSeconds;
import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Parallel;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.executor.QueueLimit;
import io.millrace.executor.TaskOptions;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Retry;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ExecutorExampleTest {
  private static String fetch(int page) {
    return "page " + page;
  }

  @Test
  void tasksOneByOne() throws Exception {
    List<String> pages = new ArrayList<>();
    // @start region="executor"
    WeightedSemaphore api =
        WeightedSemaphore.bounded(5); // shared: at most 5 of the tasks below at once
    TaskOptions options = TaskOptions.none().retry(Retry.ofRetries(3)).semaphore(api);
    try (ParallelExecutor executor = ParallelExecutor.of(100)) {
      List<ExecutorFuture<String>> futures = new ArrayList<>();
      for (int page = 1; page <= 3; page++) {
        int number = page;
        futures.add(executor.submit(() -> fetch(number), options));
      }
      try (Stream<ExecutorFuture<String>> done = ParallelExecutor.asCompleted(futures)) {
        done.forEach(future -> pages.add(future.join()));
      }
    }
    // @end
    assertEquals(List.of("page 1", "page 2", "page 3"), pages.stream().sorted().toList());
  }

  @Test
  void aBoundedQueue() throws Exception {
    List<String> pages = new ArrayList<>();
    // @start region="queue"
    QueueLimit queue = QueueLimit.rejecting(1_000);
    try (ParallelExecutor executor = ParallelExecutor.of(Parallel.of(50), queue, ofSeconds(2))) {
      pages.add(executor.submit(() -> fetch(1)).result());
    }
    // @end
    assertEquals(List.of("page 1"), pages);
  }
}
