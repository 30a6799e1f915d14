package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.outcome.Snapshot;
import io.millrace.outside.SparkCluster;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.ExceptionFailure;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.MethodOrderer.OrderAnnotation;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Workers on hosts of their own: Spark does slow tasks twice on purpose, and workers are told that their machine will go. */
@Tag("cluster")
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@TestMethodOrder(OrderAnnotation.class) // the last one leaves a worker less
class StandaloneTest {
  private static final int ITEMS = 4_000;
  private static final int PARTITIONS = 80;

  @TempDir static Path folder;

  private static SparkCluster cluster;
  private static SparkSession spark;

  @BeforeAll
  static void start() throws Exception {
    cluster = SparkCluster.start(folder, Cluster.linkSpark(), 3);
    spark =
        Cluster.session(cluster)
            .config("spark.cores.max", 2 * Cluster.SLOTS)
            .config("spark.executor.cores", Cluster.SLOTS)
            .config("spark.decommission.enabled", true)
            .config("spark.speculation", true)
            .config("spark.speculation.quantile", 0.5)
            .config("spark.speculation.minTaskRuntime", "10s")
            .getOrCreate();
  }

  @AfterAll
  static void stop() {
    spark.stop();
    cluster.close();
  }

  /* Each partition comes once, with each of its items once, in their order. */
  private static void assertEachOnce(CountingServer server, Monitor monitor, CallCounts counts)
      throws Exception {
    BitSet partitions = new BitSet();
    BitSet items = new BitSet();
    SparkParallel.run(
        ClusterCalls.inOrder()
            .monitor(monitor)
            .counting(counts)
            .map(
                spark.range(0, ITEMS, 1, PARTITIONS).as(Encoders.LONG()),
                ClusterCalls::client,
                ClusterCalls.get(server.address()),
                Encoders.STRING()),
        (partition, rows) -> {
          assertTrue(!partitions.get(partition), "partition " + partition + " came twice");
          partitions.set(partition);
          long expected = (long) partition * ITEMS / PARTITIONS;
          for (SparkOutcome<Long, String> row : rows) {
            assertEquals(expected++, row.item());
            assertEquals(row.item() % 100 != 13, row.isSuccess());
            items.set(row.item().intValue());
          }
        });
    assertEquals(PARTITIONS, partitions.cardinality());
    assertEquals(ITEMS, items.cardinality());
    Snapshot end = monitor.snapshot();
    assertEquals(ITEMS, end.admitted());
    assertEquals(ITEMS, end.done());
    assertEquals(ITEMS / 100, end.failed());
    assertEquals(0, end.running());
    assertEquals(ITEMS - ITEMS / 100, counts.successes());
    assertEquals(ITEMS / 100, counts.failures());
  }

  @BeforeEach
  void awaitTwoWorkers() {
    while (spark.sparkContext().statusTracker().getExecutorInfos().length < 1 + 2) {
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  @Test
  @Order(1)
  @DisplayName(
      "K12 a task that Spark does twice on purpose: each item once, and none is called more than twice")
  void aStraggler() throws Exception {
    try (CountingServer server = new CountingServer(ITEMS, ITEMS)) {
      server.stickAt(1234);
      assertEachOnce(
          server, Monitor.of(), CallCounts.register(spark.sparkContext(), "speculation"));
      assertEquals(2, server.calls.get(1234));
      long repeated = server.repeated();
      System.out.printf("spark: a task done twice on purpose: %,d calls repeated%n", repeated);
      for (int item = 0; item < ITEMS; item++) {
        int calls = server.calls.get(item);
        assertTrue(calls <= (item % 10 == 7 ? 3 : 2), calls + " calls for " + item);
      }
    }
  }

  /* When so many calls have been made, the executor that has the lowest worker hears of something. */
  private static Thread telling(CountingServer server, Consumer<Integer> what) {
    return Thread.ofPlatform()
        .start(
            () -> {
              try {
                server.awaitKill();
                what.accept(cluster.executors(0).isEmpty() ? 1 : 0);
              } catch (InterruptedException ended) {
                // the test has failed
              }
            });
  }

  @Test
  @Order(2)
  @DisplayName(
      "K12 a worker that is told to end by its system loses nothing, and none of its tasks fails: they are repeated as those of a lost worker")
  void aWorkerThatIsTerminated() throws Exception {
    Queue<String> failed = new ConcurrentLinkedQueue<>();
    SparkListener listener =
        new SparkListener() {
          @Override
          public void onTaskEnd(SparkListenerTaskEnd end) {
            if (end.reason() instanceof ExceptionFailure failure) {
              failed.add(failure.toErrorString());
            }
          }
        };
    spark.sparkContext().addSparkListener(listener);
    try (CountingServer server = new CountingServer(ITEMS, 1000)) {
      Thread telling =
          telling(server, worker -> cluster.executors(worker).forEach(ProcessHandle::destroy));
      assertEachOnce(server, Monitor.of(), CallCounts.register(spark.sparkContext(), "terminated"));
      telling.join();
      long repeated = server.repeated();
      System.out.printf("spark: a worker terminated: %,d calls repeated%n", repeated);
      assertTrue(repeated <= Cluster.SLOTS * ITEMS / PARTITIONS, repeated + " repeated");
    }
    assertEquals(List.of(), List.copyOf(failed));
    spark.sparkContext().removeSparkListener(listener);
  }

  @Test
  @Order(3)
  @DisplayName(
      "K12 a worker that is decommissioned ends its tasks: nothing lost, nothing twice, no call repeated")
  void aWorkerThatIsDecommissioned() throws Exception {
    try (CountingServer server = new CountingServer(ITEMS, 1000)) {
      Thread telling = telling(server, StandaloneTest::decommission);
      assertEachOnce(
          server, Monitor.of(), CallCounts.register(spark.sparkContext(), "decommissioned"));
      telling.join();
      assertEquals(0, server.repeated());
    }
  }

  private static void decommission(int worker) {
    try {
      cluster.decommission(worker);
    } catch (Exception broken) {
      throw new AssertionError(broken);
    }
  }
}
