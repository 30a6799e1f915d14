package io.millrace.soundness;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Progress;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is seen from outside is consistent at every moment. */
@Timeout(60)
class ConsistencyTest {

  @Test
  @DisplayName("E5: forEach names each failure once, whenever it looks")
  void failuresOfForEach() {
    IllegalStateException failure = new IllegalStateException("fails");
    for (int round = 0; round < 5_000; round++) {
      FailedItemsException failed =
          assertThrows(
              FailedItemsException.class,
              () ->
                  Parallel.of(2)
                      .<Integer>forEach(
                          List.of(1, 2, 3, 4),
                          item -> {
                            if (item == 2) {
                              LockSupport.parkNanos(1_000);
                              throw failure;
                            }
                          }));
      assertEquals(1, failed.failures().size(), "failures named in round " + round);
    }
  }

  @Test
  @DisplayName("E5: progress never tells of more failures than of items that are done")
  void progressOfFailures() {
    AtomicInteger calls = new AtomicInteger();
    try (Run<Integer, Integer> run =
        Parallel.of(4)
            .start(
                IntStream.range(0, 100).boxed().toList(),
                _ -> {
                  calls.incrementAndGet();
                  throw new IllegalStateException("fails");
                })) {
      Soon.until(() -> calls.get() >= 8);
      do {
        assertConsistent(run.progress());
      } while (run.take().isPresent());
      assertEquals(new Progress(100, 100, 100, 0), run.progress());
    }
  }

  @Test
  @DisplayName("E5: progress is consistent while the run goes on and somebody takes")
  void progressOfARun() throws InterruptedException {
    CountDownLatch end = new CountDownLatch(1);
    try (Run<Integer, Integer> run =
        Parallel.of(4)
            .start(
                () -> IntStream.range(0, 200_000).iterator(),
                item -> {
                  if (item % 2 == 0) {
                    throw new IllegalStateException("fails");
                  }
                  return item;
                })) {
      Thread taking =
          Thread.ofPlatform()
              .daemon()
              .start(
                  () -> {
                    while (run.take().isPresent()) {
                      // to its end
                    }
                    end.countDown();
                  });
      while (end.getCount() > 0) {
        assertConsistent(run.progress());
      }
      taking.join();
    }
  }

  private static void assertConsistent(Progress progress) {
    assertTrue(progress.failed() <= progress.done(), () -> "failed above done: " + progress);
    assertTrue(progress.done() <= progress.total(), () -> "done above total: " + progress);
    assertTrue(progress.running() <= 4, () -> "running above the concurrency: " + progress);
  }
}
