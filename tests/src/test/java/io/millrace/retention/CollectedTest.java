package io.millrace.retention;

import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Results;
import io.millrace.executor.ParallelExecutor;
import io.millrace.pool.Work;
import java.lang.ref.Reference;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a call returns is kept, and nothing else. */
@Timeout(120)
class CollectedTest {
  private static final int MANY = 1_000_000;
  private static final int FEW = 5_000;

  /** An outcome is one object, and its details another. */
  private static final int OBJECTS_OF_AN_OUTCOME = 2;

  @Test
  @DisplayName("E1: of a map of successes, two objects an item are kept")
  void successes() {
    Iterable<Item> items = () -> IntStream.range(0, MANY).mapToObj(Item::new).iterator();
    long before = Census.take().objects();
    Results<Item, Integer> results = Parallel.of(16).map(items, _ -> 1);
    assertKept(before, OBJECTS_OF_AN_OUTCOME, MANY);
    assertEquals(MANY, results.size());
  }

  @Test
  @DisplayName("E1: of a map of items that timed out, two objects an item are kept")
  void timeouts() {
    Iterable<Item> items = () -> IntStream.range(0, FEW).mapToObj(Item::new).iterator();
    CountDownLatch never = new CountDownLatch(1);
    long before = Census.take().objects();
    Results<Item, Integer> results =
        Parallel.of(500)
            .attemptTimeout(ofMillis(2))
            .grace(ofMinutes(1))
            .map(
                items,
                _ -> {
                  never.await();
                  return 1;
                });
    assertKept(before, OBJECTS_OF_AN_OUTCOME, FEW);
    assertEquals(FEW, results.failures().size());
  }

  @Test
  @DisplayName("E1: of a map of an executor, the values only are kept")
  void executor() {
    try (ParallelExecutor executor = ParallelExecutor.of(16)) {
      Iterable<Item> items = () -> IntStream.range(0, MANY).mapToObj(Item::new).iterator();
      long before = Census.take().objects();
      List<Integer> values = executor.<Item, Integer>map(items, _ -> 1);
      assertKept(before, 0, MANY);
      assertEquals(MANY, values.size());
    }
  }

  @Test
  @DisplayName("E1: of collected tasks, the values only are kept")
  void tasks() {
    Iterable<Callable<Integer>> tasks =
        () ->
            IntStream.range(0, MANY)
                .mapToObj(Item::new)
                .map(item -> (Callable<Integer>) () -> item.number & 1)
                .iterator();
    long before = Census.take().objects();
    List<Integer> values = Work.collect(tasks, 16);
    assertKept(before, 0, MANY);
    assertEquals(MANY, values.size());
    Reference.reachabilityFence(values);
  }

  private static void assertKept(long before, int each, int count) {
    long kept = Census.take().objects() - before;
    assertTrue(kept <= (long) each * count + 3_000, "objects kept: " + kept);
  }
}
