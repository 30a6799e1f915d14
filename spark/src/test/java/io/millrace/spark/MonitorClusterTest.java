package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.sql.Dataset;
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

/** One monitor of the driver, for two worker processes. */
@Tag("cluster")
@Timeout(value = 10, unit = TimeUnit.MINUTES)
@TestMethodOrder(OrderAnnotation.class) // one that comes in place of a killed worker may come late
class MonitorClusterTest {
  private static final int ITEMS = 20_000;
  private static final int PARTITIONS = 80;

  private static SparkSession spark;

  @BeforeAll
  static void start() throws Exception {
    spark = Cluster.session().config("spark.executor.heartbeatInterval", "200ms").getOrCreate();
  }

  /** Spark starts another one in place of that which an earlier test has killed. */
  @BeforeEach
  void awaitWorkers() {
    while (spark.sparkContext().statusTracker().getExecutorInfos().length < 1 + Cluster.WORKERS) {
      Thread.onSpinWait();
      Thread.yield();
    }
  }

  @AfterAll
  static void stop() {
    spark.stop();
  }

  private static Dataset<SparkOutcome<Long, String>> outcomes(
      Monitor monitor, CountingServer server) {
    return ClusterCalls.calling()
        .monitor(monitor)
        .map(
            spark.range(0, ITEMS, 1, PARTITIONS).as(Encoders.LONG()),
            ClusterCalls::client,
            ClusterCalls.get(server.address()),
            Encoders.STRING());
  }

  /** The snapshot, of those at heartbeats, of the most workers and then of most that runs. */
  private static AtomicReference<Snapshot> busiest(Monitor monitor) {
    AtomicReference<Snapshot> busiest = new AtomicReference<>(Monitor.of().snapshot());
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
                Snapshot now = monitor.snapshot();
                Snapshot most = busiest.get();
                if (now.runs() > most.runs()
                    || (now.runs() == most.runs() && now.running() > most.running())) {
                  busiest.set(now);
                }
              }
            });
    return busiest;
  }

  @Test
  @Order(1)
  @DisplayName("K9 the monitor of the driver has exactly what the server saw of both workers")
  void countsAllWorkers() throws Exception {
    try (CountingServer server = new CountingServer(ITEMS, ITEMS)) {
      Monitor monitor = Monitor.of();
      AtomicReference<Snapshot> busiest = busiest(monitor);
      SparkParallel.run(outcomes(monitor, server), (_, _) -> {});
      Snapshot end = monitor.snapshot();
      assertEquals(ITEMS, end.admitted());
      assertEquals(ITEMS, end.done());
      assertEquals(ITEMS / 100, end.failed());
      assertEquals(ITEMS / 100, end.failures().groups().getFirst().count());
      assertEquals("status 404", end.failures().groups().getFirst().cause());
      assertEquals(server.refused.sum(), end.retries());
      assertEquals(ITEMS - ITEMS / 100, end.returned().count());
      assertEquals(ITEMS / 100 + server.refused.sum(), end.threw().count());
      assertEquals(0, end.running());
      assertEquals(0, end.waitingFor(WaitCause.SLOT));

      Snapshot then = busiest.get();
      assertEquals(Cluster.WORKERS, then.runs());
      assertEquals(Cluster.WORKERS * ClusterCalls.CONCURRENCY, then.slots());
      assertTrue(then.running() > ClusterCalls.CONCURRENCY, then::toString);
      assertTrue(then.done() < ITEMS, then::toString);
    }
  }

  @Test
  @Order(2)
  @DisplayName("K9 if a worker is killed, items count once, and calls as often as they were seen")
  void countsItemsOnceIfAWorkerIsKilled() throws Exception {
    try (CountingServer server = new CountingServer(ITEMS, 5000)) {
      Monitor monitor = Monitor.of();
      Thread killing = server.killing(1);
      SparkParallel.run(outcomes(monitor, server), (_, _) -> {});
      killing.join();
      Snapshot end = monitor.snapshot();
      assertEquals(ITEMS, end.admitted());
      assertEquals(ITEMS, end.done());
      assertEquals(ITEMS / 100, end.failed());
      long calls = ITEMS + server.refused.sum() + server.repeated();
      assertTrue(end.attempts() <= calls, () -> end.attempts() + " attempts, " + calls + " calls");
      assertEquals(0, end.running());
    }
  }
}
