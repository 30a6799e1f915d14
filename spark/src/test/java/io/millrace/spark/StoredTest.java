package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.outcome.Snapshot;
import io.millrace.spark.SparkOutcome.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Outcomes that the tasks of a job store, and find. */
@Timeout(120)
class StoredTest {
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final Set<Long> FAILING = ConcurrentHashMap.newKeySet();
  private static volatile SharedMemoryStore store = new SharedMemoryStore();
  private static volatile String version = "1";
  private static SparkSession spark;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    LocalSpark.endEngines();
  }

  @BeforeEach
  void reset() {
    LocalSpark.awaitNoEngine();
    CALLS.set(0);
    FAILING.clear();
    store = new SharedMemoryStore();
    version = "1";
  }

  @AfterEach
  void closesSessions() {
    LocalSpark.awaitNoEngine();
    assertEquals(0, store.open.get(), "sessions");
  }

  private static Checkpoint checkpoint() {
    String fingerprint = version;
    return Checkpoint.of(store, CheckpointName.of("test", "1"), Codec.text())
        .key((Long item) -> item % 1000)
        .fingerprint((Long _) -> fingerprint)
        .finalFailures(IllegalStateException.class::isInstance);
  }

  private static String call(long item) throws IOException {
    CALLS.incrementAndGet();
    if (FAILING.contains(item) && item % 2 == 0) {
      throw new IllegalStateException("no " + item);
    }
    if (FAILING.contains(item)) {
      throw new IOException("no " + item);
    }
    return item % 10 == 0 ? null : "v" + item;
  }

  private static Dataset<SparkOutcome<Long, String>> outcomes(
      SparkParallel calling, long count, int partitions) {
    return calling
        .keepOpen(Duration.ZERO)
        .map(
            spark.range(0, count, 1, partitions).as(Encoders.LONG()),
            StoredTest::call,
            Encoders.STRING());
  }

  private static SparkParallel unordered() {
    return SparkParallel.of(() -> Parallel.of(8).window(20).checkpoint(checkpoint()));
  }

  @Test
  @DisplayName(
      "K13 what is stored is not called again, in whichever partition it is: its row has 0 attempts")
  void callsNothingAgain() {
    List<SparkOutcome<Long, String>> first = outcomes(unordered(), 300, 5).collectAsList();
    assertEquals(300, first.size());
    assertEquals(300, CALLS.get());
    assertTrue(first.stream().allMatch(row -> row.attempts() == 1));
    for (int partitions : new int[] {5, 3, 1}) {
      List<SparkOutcome<Long, String>> again =
          outcomes(unordered(), 400, partitions).collectAsList();
      assertEquals(400, again.stream().map(SparkOutcome::item).distinct().count());
      for (SparkOutcome<Long, String> row : again) {
        assertEquals(Status.SUCCESS, row.status());
        assertEquals(row.item() % 10 == 0 ? null : "v" + row.item(), row.value());
      }
      assertEquals(
          partitions == 5 ? 300 : 400, again.stream().filter(row -> row.attempts() == 0).count());
    }
    assertEquals(400, CALLS.get());
    assertTrue(store.commits.get() <= 400, store.commits + " commits");
  }

  @Test
  @DisplayName("K9 a monitor of the driver counts what is restored, a final failure with its cause")
  void monitorsWhatIsRestored() {
    FAILING.add(2L);
    Monitor monitor = Monitor.of();
    outcomes(unordered().monitor(monitor), 100, 2).collectAsList();
    assertEquals(0, monitor.snapshot().restored());
    assertEquals(1, monitor.snapshot().threw().count());
    LocalSpark.awaitNoEngine();
    Monitor again = Monitor.of();
    outcomes(unordered().monitor(again), 120, 3).collectAsList();
    Snapshot now = again.snapshot();
    assertEquals(120, now.done());
    assertEquals(100, now.restored());
    assertEquals(20, now.attempts());
    assertEquals(1, now.failed());
    String cause = now.failures().groups().getFirst().cause();
    assertTrue(cause.startsWith("FinalFailureException: "), cause);
  }

  @Test
  @DisplayName("K13 rows that are needed twice are called once")
  void neededTwice() {
    Dataset<SparkOutcome<Long, String>> rows = outcomes(unordered(), 100, 4);
    assertEquals(100, rows.count());
    LocalSpark.awaitNoEngine();
    assertEquals(100, rows.filter("status = 'SUCCESS'").count());
    assertEquals(100, CALLS.get());
  }

  @Test
  @DisplayName(
      "K13 in order, stored and called items keep the order of the rows, and have their keys")
  void keepsTheOrder() {
    for (long item = 0; item < 200; item += 3) {
      FAILING.add(item);
    }
    SparkParallel ordered =
        SparkParallel.of(
            () ->
                Parallel.of(8)
                    .window(7)
                    .ordered()
                    .<Long>itemKey(item -> "k" + item)
                    .checkpoint(checkpoint()));
    outcomes(ordered, 200, 2).collectAsList();
    FAILING.clear();
    LocalSpark.awaitNoEngine();
    List<SparkOutcome<Long, String>> again = outcomes(ordered, 200, 2).collectAsList();
    assertEquals(
        LongStream.range(0, 200).boxed().toList(), again.stream().map(SparkOutcome::item).toList());
    assertTrue(again.stream().allMatch(row -> row.key().equals("k" + row.item())));
    assertEquals(33, again.stream().filter(row -> row.attempts() == 1).count(), "called again");
  }

  @Test
  @DisplayName(
      "K13 a failed item is called again, unless its failure is final; so is an item that has changed")
  void failures() {
    FAILING.addAll(Set.of(2L, 3L));
    outcomes(unordered(), 10, 1).collectAsList();
    FAILING.clear();
    CALLS.set(0);
    LocalSpark.awaitNoEngine();
    List<SparkOutcome<Long, String>> again = outcomes(unordered(), 10, 1).collectAsList();
    assertEquals(1, CALLS.get());
    SparkOutcome<Long, String> last =
        again.stream().filter(row -> row.item() == 2).findFirst().orElseThrow();
    assertEquals(Status.FAILURE, last.status());
    assertEquals("java.lang.IllegalStateException", last.errorType());
    assertEquals("no 2", last.errorMessage());
    assertEquals(0, last.attempts());
    assertNull(last.value());
    version = "2";
    LocalSpark.awaitNoEngine();
    outcomes(unordered(), 10, 1).collectAsList();
    assertEquals(11, CALLS.get());
  }

  @Test
  @DisplayName(
      "K13 a stored item whose key cannot be had fails, as one that is called, and not its task")
  void itemsWithoutKeys() {
    outcomes(unordered(), 10, 1).collectAsList();
    LocalSpark.awaitNoEngine();
    SparkParallel keyed =
        SparkParallel.of(
            () -> Parallel.of(8).<Long>itemKey(item -> 10 / (item - 3)).checkpoint(checkpoint()));
    List<SparkOutcome<Long, String>> again = outcomes(keyed, 10, 1).collectAsList();
    assertEquals(10, again.size());
    for (SparkOutcome<Long, String> row : again) {
      assertEquals(row.item() == 3 ? Status.FAILURE : Status.SUCCESS, row.status());
      assertEquals(row.item() == 3 ? "java.lang.ArithmeticException" : null, row.errorType());
      assertEquals(0, row.attempts());
    }
    assertEquals(10, CALLS.get());
  }

  @Test
  @DisplayName(
      "K13 a task that has many partitions, one after the other, has one session at a time")
  void coalesced() {
    for (int calls : new int[] {400, 400}) {
      List<SparkOutcome<Long, String>> rows =
          outcomes(unordered(), 400, 40).coalesce(1).collectAsList();
      assertEquals(400, rows.stream().map(SparkOutcome::item).distinct().count());
      assertEquals(calls, CALLS.get());
      LocalSpark.awaitNoEngine();
    }
    assertEquals(1, store.mostOpen.get());
  }

  @Test
  @DisplayName("K13 rows with the same key may each be called, and each has its outcome")
  void sameKeys() {
    List<SparkOutcome<Long, String>> rows = outcomes(unordered(), 2000, 1).collectAsList();
    assertEquals(2000, rows.size());
    assertEquals(1000, store.outcomes.size());
  }

  @Test
  @DisplayName("K13 what cannot be stored is not handed out: its task fails")
  void fullStore() {
    store.isFull = true;
    Dataset<SparkOutcome<Long, String>> rows = outcomes(unordered(), 10, 1);
    Exception failed = assertThrows(Exception.class, rows::count);
    StringBuilder all = new StringBuilder();
    for (Throwable each = failed; each != null; each = each.getCause()) {
      all.append(each).append('\n');
    }
    assertTrue(all.toString().contains("the disk is full"), all::toString);
  }
}
