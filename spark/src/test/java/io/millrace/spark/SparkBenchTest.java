package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.time.TimeSource;
import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.util.TaskCompletionListener;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a cluster gains, and what the adapter costs. Prints what was measured; of use on a machine that does nothing else. */
@Tag("bench")
@Timeout(value = 15, unit = TimeUnit.MINUTES)
class SparkBenchTest {
  private static final int CONCURRENCY = 32;
  private static final int ROUNDS = 5;

  private static long tenMillis(long item) throws InterruptedException {
    TimeSource.system().sleep(Duration.ofMillis(10)); // the service that is called
    return item;
  }

  private static double seconds(long expected, LongSupplier job) {
    long start = System.nanoTime();
    assertEquals(expected, job.getAsLong());
    return (System.nanoTime() - start) / 1e9;
  }

  private static double median(double... values) {
    double[] sorted = DoubleStream.of(values).sorted().toArray();
    return sorted[sorted.length / 2];
  }

  private static Dataset<Long> numbers(SparkSession spark, long count, int partitions) {
    return spark.range(0, count, 1, partitions).as(Encoders.LONG());
  }

  private static Dataset<SparkOutcome<Long, Long>> adapted(
      Dataset<Long> items, SparkAction<Long, Long> action) {
    return SparkParallel.of(() -> Parallel.of(CONCURRENCY)).map(items, action, Encoders.LONG());
  }

  /* As one would write it without the adapter: a run for each partition, and plain values. */
  private static Dataset<Long> bare(Dataset<Long> items, SparkAction<Long, Long> action) {
    return items.mapPartitions(
        (MapPartitionsFunction<Long, Long>) rows -> run(rows, action), Encoders.LONG());
  }

  private static Iterator<Long> run(Iterator<Long> rows, SparkAction<Long, Long> action) {
    Stream<Outcome<Long, Long>> outcomes =
        Parallel.of(CONCURRENCY).stream(() -> rows, action::apply);
    TaskContext.get().addTaskCompletionListener((TaskCompletionListener) _ -> outcomes.close());
    return outcomes.map(Outcome::value).iterator();
  }

  @Test
  @DisplayName("two workers do at least 1.9 times as much as one, with actions of 10 ms")
  void twoWorkers() throws IOException {
    double one = perSecond(1);
    double two = perSecond(2);
    System.out.printf(
        "spark: 1 worker %,.0f items a second, 2 workers %,.0f: %.2f times as many%n",
        one, two, two / one);
    assertTrue(two >= 1.9 * one, two / one + " times");
  }

  private static double perSecond(int workers) throws IOException {
    long items = 16_000L * workers;
    try (SparkSession spark = Cluster.session(workers).getOrCreate()) {
      LongSupplier job =
          () -> adapted(numbers(spark, items, 40), SparkBenchTest::tenMillis).count();
      seconds(items, job);
      return items / median(seconds(items, job), seconds(items, job), seconds(items, job));
    }
  }

  @Test
  @DisplayName(
      "beside a run in each partition, the adapter takes at most 10 % more time for an item of 10 ms")
  void overhead() throws IOException {
    try (SparkSession spark = LocalSpark.session()) {
      double slow = compare(spark, "10 ms", 6_000, SparkBenchTest::tenMillis);
      compare(spark, "no-op", 500_000, item -> item);
      assertTrue(slow <= 1.1, slow + " times");
    }
  }

  private static double compare(
      SparkSession spark, String what, long items, SparkAction<Long, Long> action) {
    Dataset<Long> numbers = numbers(spark, items, 1); // one task, so both have the same concurrency
    double[] bare = new double[ROUNDS];
    double[] adapted = new double[ROUNDS];
    for (int round = -1; round < ROUNDS; round++) {
      double without = seconds(items, () -> bare(numbers, action).count());
      double with = seconds(items, () -> adapted(numbers, action).count());
      if (round >= 0) {
        bare[round] = without;
        adapted[round] = with;
      }
    }
    double ratio = median(adapted) / median(bare);
    System.out.printf(
        "spark, %s: bare %,.2f us an item, adapter %,.2f us: %.2f times%n",
        what, median(bare) / items * 1e6, median(adapted) / items * 1e6, ratio);
    return ratio;
  }
}
