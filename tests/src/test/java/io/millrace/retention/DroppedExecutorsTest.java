package io.millrace.retention;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a monitor keeps of executors that were dropped without a close. */
@Timeout(60)
class DroppedExecutorsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static void useAndDrop(Monitor monitor) throws Exception {
    ParallelExecutor executor = ParallelExecutor.of(Parallel.of(2).monitor(monitor));
    List<ExecutorFuture<Integer>> futures = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      int item = i;
      futures.add(
          executor.submit(
              () -> {
                if (item == 4) {
                  throw new IllegalArgumentException("one fails");
                }
                return item;
              }));
    }
    for (ExecutorFuture<Integer> each : futures) {
      each.await();
    }
  }

  private static Snapshot awaitSnapshot(Monitor monitor, Predicate<Snapshot> isIt) {
    long start = System.nanoTime();
    Snapshot seen = monitor.snapshot();
    while (!isIt.test(seen)) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("last seen: " + seen);
      }
      System.gc();
      seen = monitor.snapshot();
    }
    return seen;
  }

  @Test
  @DisplayName(
      "M2: the tasks of executors that were dropped count, though nobody looked before; the executors do not")
  void tasksCount() throws Exception {
    Monitor monitor = Monitor.of();
    for (int i = 0; i < 20; i++) {
      useAndDrop(monitor);
    }
    Snapshot all = awaitSnapshot(monitor, seen -> seen.runs() == 0);
    assertEquals(100, all.done());
    assertEquals(20, all.failed());
    assertEquals(0, all.slots());
  }
}
