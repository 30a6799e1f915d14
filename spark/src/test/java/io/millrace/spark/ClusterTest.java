package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.BitSet;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** On real worker processes, some of which are killed. */
@Tag("cluster")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class ClusterTest {
  private static final int ITEMS = 20_000;
  private static final int PARTITIONS = 80;

  /** Of all tasks that a worker runs at a time, every item may have been called once in vain. */
  private static final int MOST_REPEATED_FOR_A_WORKER = Cluster.SLOTS * (ITEMS / PARTITIONS);

  private static SparkSession spark;

  @TempDir Path directory;

  @BeforeAll
  static void start() throws Exception {
    spark = Cluster.session().getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  /** Spark starts other ones in place of those that an earlier test has killed. */
  @BeforeEach
  void awaitWorkers() {
    while (spark.sparkContext().statusTracker().getExecutorInfos().length < 1 + Cluster.WORKERS) {
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  private Dataset<SparkOutcome<Long, String>> outcomes(CountingServer server) {
    return ClusterCalls.calling()
        .map(
            spark.range(0, ITEMS, 1, PARTITIONS).as(Encoders.LONG()),
            ClusterCalls::client,
            ClusterCalls.get(server.address()),
            Encoders.STRING());
  }

  @Test
  @Tag("proof")
  @DisplayName(
      "K12 a worker that is killed: nothing lost, nothing twice, and no more calls repeated than its tasks had items")
  void survivesTheKillOfAWorker() throws Exception {
    handsOutEachItemOnce(1);
  }

  @Test
  @Tag("proof")
  @DisplayName("K12 two workers that are killed at once: the same")
  void survivesTheKillOfTwoWorkers() throws Exception {
    handsOutEachItemOnce(2);
  }

  private void handsOutEachItemOnce(int killed) throws Exception {
    try (CountingServer server = new CountingServer(ITEMS, 5000)) {
      Thread killing = server.killing(killed);
      BitSet items = new BitSet();
      BitSet partitions = new BitSet();
      int[] failures = {0};
      long begun = System.nanoTime();
      SparkParallel.run(
          outcomes(server),
          (partition, rows) -> {
            assertTrue(!partitions.get(partition), "partition " + partition + " came twice");
            partitions.set(partition);
            for (SparkOutcome<Long, String> row : rows) {
              int item = row.item().intValue();
              assertTrue(!items.get(item), "item " + item + " came twice");
              items.set(item);
              failures[0] += row.isSuccess() ? 0 : 1;
              if (row.isSuccess()) {
                assertEquals("answer " + item, row.value());
              }
            }
          });
      long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun);
      killing.join();
      System.out.printf(
          "spark: %,d items, %d killed: %,d ms, %,d calls repeated%n",
          ITEMS, killed, millis, server.repeated());
      assertEquals(ITEMS, items.cardinality());
      assertEquals(PARTITIONS, partitions.cardinality());
      assertEquals(ITEMS / 100, failures[0]);
      long repeated = server.repeated();
      assertTrue(repeated <= (long) killed * MOST_REPEATED_FOR_A_WORKER, repeated + " repeated");
    }
  }

  @Test
  @DisplayName("K12 a worker that is killed: what was written has each item once")
  void writesEachItemOnce() throws Exception {
    String output = directory.resolve("output").toString();
    try (CountingServer server = new CountingServer(ITEMS, 5000)) {
      Thread killing = server.killing(1);
      outcomes(server).write().parquet(output);
      killing.join();
      Dataset<Row> written = spark.read().parquet(output);
      assertEquals(ITEMS, written.count());
      assertEquals(ITEMS, written.select("item").distinct().count());
      assertEquals(ITEMS / 100, written.filter("status = 'FAILURE'").count());
      assertTrue(server.hasCalledAll());
      long repeated = server.repeated();
      assertTrue(repeated <= MOST_REPEATED_FOR_A_WORKER, repeated + " repeated");
    }
  }
}
