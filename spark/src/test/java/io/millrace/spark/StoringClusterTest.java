package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outside.PostgresServer;
import io.millrace.outside.WithPostgres;
import java.io.BufferedReader;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Worker processes that share a checkpoint in PostgreSQL, and are killed, as is their driver. */
@Tag("cluster")
@WithPostgres
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class StoringClusterTest {
  private static final int ITEMS = 10_000;
  private static final int PARTITIONS = 20;

  /** Of a worker, what its tasks had under way and had not stored. */
  private static final int MOST_REPEATED_FOR_A_WORKER = Cluster.SLOTS * ClusterCalls.WINDOW;

  private final String database;

  @TempDir Path directory;

  StoringClusterTest(PostgresServer server) throws Exception {
    database = server.url(server.newSchema());
  }

  @Test
  @DisplayName("K13 a worker that is killed: what it had stored is not called again")
  void survivesTheKillOfAWorker() throws Exception {
    try (CountingServer server = new CountingServer(ITEMS, 3000);
        SparkSession spark = Cluster.session().getOrCreate()) {
      Thread killing = server.killing(1);
      BitSet items = new BitSet();
      SparkParallel.run(
          ClusterCalls.storing(database)
              .map(
                  spark.range(0, ITEMS, 1, PARTITIONS).as(Encoders.LONG()),
                  ClusterCalls::client,
                  ClusterCalls.get(server.address()),
                  Encoders.STRING()),
          (_, rows) -> {
            for (SparkOutcome<Long, String> row : rows) {
              int item = row.item().intValue();
              assertTrue(!items.get(item), "item " + item + " came twice");
              items.set(item);
              assertEquals(item % 100 != 13, row.isSuccess());
            }
          });
      killing.join();
      long repeated = server.repeated();
      System.out.printf("spark, stored: a worker killed: %,d calls repeated%n", repeated);
      assertEquals(ITEMS, items.cardinality());
      assertTrue(repeated <= MOST_REPEATED_FOR_A_WORKER, repeated + " repeated");
    }
  }

  @Test
  @Tag("proof")
  @DisplayName(
      "K13 a driver that is killed, and started again: what was stored is not called again")
  void survivesTheKillOfTheDriver() throws Exception {
    try (CountingServer server = new CountingServer(ITEMS, 3000)) {
      Process first = driver(server.address());
      server.awaitKill();
      List<ProcessHandle> workers = first.descendants().toList();
      first.destroyForcibly();
      for (ProcessHandle worker : workers) {
        worker.onExit().get(60, TimeUnit.SECONDS); // it notices
      }
      Process second = driver(server.address());
      try (BufferedReader output = second.inputReader(StandardCharsets.UTF_8)) {
        assertEquals("rows 10000, items 10000, failures 100, right 9900", output.readLine());
        String restored = output.readLine();
        long repeated = server.repeated();
        System.out.printf(
            "spark, stored: the driver killed: %s, %,d calls repeated%n", restored, repeated);
        assertTrue(server.hasCalledAll());
        assertTrue(
            repeated <= (long) Cluster.WORKERS * MOST_REPEATED_FOR_A_WORKER,
            repeated + " repeated");
      } finally {
        second.descendants().forEach(ProcessHandle::destroyForcibly);
        second.destroyForcibly();
      }
    }
  }

  private Process driver(String server) throws Exception {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx1g",
            "-XX:+UseParallelGC",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
            StoringDriver.class.getName(),
            server,
            database,
            "" + ITEMS,
            "" + PARTITIONS,
            directory.resolve("output").toString());
    return new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
  }
}
