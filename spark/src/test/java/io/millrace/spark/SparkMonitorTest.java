package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.outcome.Details;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import io.millrace.outcome.Wording;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A monitor of the driver, in local mode. */
@Timeout(value = 2, unit = TimeUnit.MINUTES)
class SparkMonitorTest {
  private static volatile CountDownLatch latch = new CountDownLatch(0);
  private static SparkSession spark;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    LocalSpark.endEngines();
  }

  @BeforeEach
  void awaitNoEngine() {
    LocalSpark.awaitNoEngine();
  }

  private static Dataset<Long> numbers(long count, int partitions) {
    return spark.range(0, count, 1, partitions).as(Encoders.LONG());
  }

  private static SparkParallel retrying() {
    return SparkParallel.of(() -> Parallel.of(4).retry(Retry.ofAttempts(3).backoff(Backoff.none())))
        .keepOpen(Duration.ZERO);
  }

  private static long failingTenths(long item) throws IOException {
    if (item % 10 == 0) {
      throw new IOException("no");
    }
    return item;
  }

  /** Hears of heartbeats after the monitor has. */
  private static CompletableFuture<Snapshot> when(Monitor monitor, Predicate<Snapshot> wanted) {
    CompletableFuture<Snapshot> seen = new CompletableFuture<>();
    spark
        .sparkContext()
        .addSparkListener(
            new SparkListener() {
              @Override
              public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
                Snapshot now = monitor.snapshot();
                if (wanted.test(now)) {
                  seen.complete(now);
                }
              }
            });
    return seen;
  }

  @Test
  @DisplayName("K9 the example: a monitor of the driver for all workers")
  void monitors() {
    Dataset<Long> ids = numbers(100, 4);
    String output = directory.resolve("output").toString();
    // @start region="monitor"
    Monitor monitor = Monitor.of();
    SparkParallel calling =
        SparkParallel.of(() -> Parallel.of(64).retry(Retry.http())).monitor(monitor);

    calling.map(ids, id -> 1000 / (id % 10), Encoders.LONG()).write().parquet(output);

    Snapshot now = monitor.snapshot(); // meanwhile as well, in any thread
    String slowest = now.returned().percentile(99).toString();
    // @end
    assertEquals(100, now.done());
    assertEquals(
        "10 failed%n  10 x ArithmeticException: / by zero, first ".formatted(),
        now.failures().toString().replaceAll("first .*", "first "));
    assertTrue(slowest.startsWith("PT"), slowest);
    LocalSpark.endEngines();
  }

  @Test
  @DisplayName("K9 the monitor of the driver has exactly what all tasks did, as that of a run")
  void countsAsThatOfARun() {
    Monitor monitor = Monitor.of();
    retrying()
        .monitor(monitor)
        .map(numbers(100, 4), SparkMonitorTest::failingTenths, Encoders.LONG())
        .count();
    Snapshot now = monitor.snapshot();
    assertEquals(100, now.admitted());
    assertEquals(100, now.done());
    assertEquals(10, now.failed());
    assertEquals(0, now.notRun());
    assertEquals(20, now.retries());
    assertEquals(90, now.returned().count());
    assertEquals(30, now.threw().count());
    assertEquals(10, now.failures().failed());
    assertEquals("IOException: no", now.failures().groups().getFirst().cause());
    assertEquals(0, now.running());
    assertEquals(0, now.waitingFor(WaitCause.SLOT));
  }

  @Test
  @DisplayName("K9 while tasks run, it sees what runs and what waits")
  void live() throws Exception {
    latch = new CountDownLatch(1);
    Monitor monitor = Monitor.of();
    Dataset<SparkOutcome<Long, Long>> outcomes =
        SparkParallel.of(() -> Parallel.of(3).window(10))
            .keepOpen(Duration.ZERO)
            .monitor(monitor)
            .map(
                numbers(40, 2),
                item -> {
                  latch.await();
                  return item;
                },
                Encoders.LONG());
    CompletableFuture<Snapshot> seen =
        when(
            monitor,
            now ->
                now.admitted() == 20 && now.running() == 3 && now.waitingFor(WaitCause.SLOT) == 17);
    CompletableFuture<Long> counting = CompletableFuture.supplyAsync(outcomes::count);
    try {
      Snapshot now = seen.get();
      assertEquals(1, now.runs());
      assertEquals(3, now.slots());
      assertEquals(0, now.done());
    } finally {
      latch.countDown();
    }
    assertEquals(40, counting.get());
    Snapshot end = monitor.snapshot();
    assertEquals(40, end.done());
    assertEquals(40, end.returned().count());
    assertEquals(0, end.running());
    assertEquals(0, end.slots());
  }

  @Test
  @DisplayName("K9 several jobs, RDDs and runs of the driver add up in one monitor")
  void severalJobs() throws Exception {
    Monitor monitor = Monitor.of();
    SparkParallel calling = retrying().monitor(monitor);
    calling.map(numbers(20, 2), SparkMonitorTest::failingTenths, Encoders.LONG()).count();
    retrying()
        .monitor(monitor)
        .map(numbers(20, 2).javaRDD(), SparkMonitorTest::failingTenths)
        .count();
    Parallel.of(2).monitor(monitor).map(List.of(1, 2, 3), item -> item);
    Snapshot all = monitor.snapshot();
    assertEquals(43, all.done());
    assertEquals(4, all.failed());
    assertEquals(8, all.retries());
    assertEquals(39, all.returned().count());
  }

  @Test
  @DisplayName("K9 two steps in one task both count, each row of each")
  void twoSteps() {
    Monitor monitor = Monitor.of();
    SparkParallel calling = retrying().monitor(monitor);
    calling
        .map(
            calling.map(numbers(40, 2).javaRDD(), item -> item).map(SparkOutcome::item),
            SparkMonitorTest::failingTenths)
        .count();
    assertEquals(80, monitor.snapshot().done());
    assertEquals(4, monitor.snapshot().failed());
  }

  @Test
  @DisplayName("K9 rows that a task has read and not handed out are not run")
  void notAllTaken() {
    Monitor monitor = Monitor.of();
    retrying()
        .monitor(monitor)
        .map(numbers(1000, 1), item -> item, Encoders.LONG())
        .limit(5)
        .collectAsList();
    Snapshot end = monitor.snapshot();
    assertTrue(end.done() < 1000, () -> end.done() + " done");
    assertEquals(end.admitted(), end.done() + end.notRun());
  }

  /** Can be sent. */
  static final class Short implements Wording, Serializable {
    private static final long serialVersionUID = 1;

    @Override
    public String cause(Throwable error) {
      return "broken";
    }

    @Override
    public String item(Object item, Details details) {
      return "number " + item;
    }
  }

  @Test
  @DisplayName("K9 causes and items are in the monitor's own words")
  void wording() {
    Monitor monitor = Monitor.of(new Short());
    retrying()
        .monitor(monitor)
        .map(numbers(10, 1), SparkMonitorTest::failingTenths, Encoders.LONG())
        .count();
    var group = monitor.snapshot().failures().groups().getFirst();
    assertEquals("broken", group.cause());
    assertEquals("number 0", group.sample());
  }
}
