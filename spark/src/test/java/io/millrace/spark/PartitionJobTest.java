package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.outcome.Wording;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** How partitions come to the driver. */
class PartitionJobTest {
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static volatile CountDownLatch begun = new CountDownLatch(0);
  private static volatile CountDownLatch latch = new CountDownLatch(0);
  private static SparkSession spark;

  /** Not serializable. */
  private static final class Opaque {}

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    LocalSpark.endEngines();
  }

  @BeforeEach
  void reset() {
    LocalSpark.awaitNoEngine();
    CALLS.set(0);
  }

  private static Dataset<SparkOutcome<Long, Long>> outcomes(int partitions) {
    return SparkParallel.of(() -> Parallel.of(4))
        .keepOpen(Duration.ZERO)
        .map(
            spark.range(0, 100L * partitions, 1, partitions).as(Encoders.LONG()),
            item -> {
              CALLS.incrementAndGet();
              return item;
            },
            Encoders.LONG());
  }

  @Test
  @DisplayName("K2 each partition comes once, whole, in the calling thread, one after the other")
  void eachPartitionOnce() throws Exception {
    Thread caller = Thread.currentThread();
    List<Integer> partitions = new ArrayList<>();
    SparkParallel.run(
        outcomes(12),
        (partition, rows) -> {
          assertSame(caller, Thread.currentThread());
          assertEquals(100, rows.size());
          assertTrue(rows.stream().allMatch(row -> row.item() / 100 == partition));
          assertThrows(UnsupportedOperationException.class, rows::clear);
          partitions.add(partition);
        });
    assertEquals(12, partitions.size());
    assertEquals(12, partitions.stream().distinct().count());
    assertEquals(1200, CALLS.get());
  }

  @Test
  @DisplayName("K2 what the handler throws is thrown as itself, and cancels the job")
  void theHandlerThrows() {
    IOException full = new IOException("disk full");
    var rows =
        SparkParallel.of(() -> Parallel.of(4))
            .keepOpen(Duration.ZERO)
            .map(
                spark.range(0, 8, 1, 8).as(Encoders.LONG()),
                item -> {
                  if (item > 0) {
                    latch.await(); // until it is interrupted
                  }
                  return item;
                },
                Encoders.LONG());
    latch = new CountDownLatch(1);
    IOException thrown =
        assertThrows(
            IOException.class,
            () ->
                SparkParallel.run(
                    rows,
                    (_, _) -> {
                      throw full;
                    }));
    assertSame(full, thrown);
    LocalSpark.awaitNoEngine();
  }

  /** What a program has once in each JVM, and cannot have. */
  private static final class Once {
    static final Object KEPT = made();

    private static Object made() {
      throw new IllegalStateException("the database is not there");
    }
  }

  @Test
  @DisplayName("K11 a class that cannot be initialized on a worker is not said to be missing there")
  void aClassThatCannotBeInitialized() {
    JavaRDD<SparkOutcome<Integer, Integer>> rows =
        SparkParallel.of(() -> Parallel.of(1))
            .map(
                LocalSpark.context().parallelize(List.of(1), 1),
                () -> Once.KEPT,
                (_, item) -> item);
    for (int job = 0; job < 2; job++) { // Java says something else the second time
      Exception failed = assertThrows(Exception.class, () -> SparkParallel.run(rows, (_, _) -> {}));
      String message = String.valueOf(failed.getMessage());
      assertTrue(message.startsWith("a class of your program could not be initialized"), message);
      assertTrue(message.contains("the database is not there"), message);
    }
  }

  @Test
  @DisplayName("K2 a handler may use Spark itself")
  void theHandlerUsesSpark() throws Exception {
    AtomicInteger rows = new AtomicInteger();
    SparkParallel.run(
        outcomes(6),
        (_, part) -> {
          List<Long> values = part.stream().map(SparkOutcome::value).toList();
          rows.addAndGet((int) spark.createDataset(values, Encoders.LONG()).count());
        });
    assertEquals(600, rows.get());
  }

  @Test
  @DisplayName("K2 an interrupt of the caller cancels the job, and sets the flag again")
  void theCallerIsInterrupted() throws Exception {
    begun = new CountDownLatch(1);
    latch = new CountDownLatch(1);
    var rows =
        SparkParallel.of(() -> Parallel.of(4))
            .keepOpen(Duration.ZERO)
            .map(
                spark.range(0, 4, 1, 4).as(Encoders.LONG()),
                item -> {
                  begun.countDown();
                  latch.await();
                  return item;
                },
                Encoders.LONG());
    List<Object> seen = new ArrayList<>();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    SparkParallel.run(rows, (_, _) -> {});
                  } catch (CancellationException cancelled) {
                    seen.add(Thread.currentThread().isInterrupted());
                  } catch (Exception other) {
                    seen.add(other);
                  }
                });
    begun.await();
    caller.interrupt();
    caller.join();
    assertEquals(List.of(true), seen);
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName("K8 a listener that throws fails the task with that error")
  void aListenerThatThrows() {
    var rows =
        SparkParallel.of(
                () ->
                    Parallel.of(4)
                        .onOutcome(
                            _ -> {
                              throw new IllegalStateException("listener");
                            }))
            .keepOpen(Duration.ZERO)
            .map(spark.range(0, 8, 1, 2).as(Encoders.LONG()), item -> item, Encoders.LONG());
    SparkException failed =
        assertThrows(SparkException.class, () -> SparkParallel.run(rows, (_, _) -> {}));
    assertTrue(failed.getMessage().contains("listener"), failed.getMessage());
  }

  @Test
  @DisplayName("K8 so does one that hears of a task's only item, of whichever kind")
  void aListenerThatThrowsAtTheEnd() {
    assertFails(
        () ->
            Parallel.of(1)
                .onProgress(
                    (_, _) -> {
                      throw new IllegalStateException("listener");
                    }));
    assertFails(
        () ->
            Parallel.of(1)
                .onAttempt(
                    _ -> {
                      throw new IllegalStateException("listener");
                    }));
    assertFails(
        () ->
            Parallel.of(1)
                .monitor(
                    Monitor.of(
                        Wording.PLAIN,
                        _ -> {
                          throw new IllegalStateException("listener");
                        })));
  }

  private static void assertFails(WorkerSupplier<Parallel> configuration) {
    var rows =
        SparkParallel.of(configuration)
            .keepOpen(Duration.ZERO)
            .map(spark.range(1).as(Encoders.LONG()), item -> item, Encoders.LONG());
    SparkException failed =
        assertThrows(SparkException.class, () -> SparkParallel.run(rows, (_, _) -> {}));
    assertTrue(failed.getMessage().contains("listener"), failed.getMessage());
  }

  @Test
  @DisplayName("K11 values that cannot be sent to the driver: the error says what to do")
  void valuesThatCannotBeSent() {
    var rows =
        SparkParallel.of(() -> Parallel.of(4))
            .keepOpen(Duration.ZERO)
            .map(LocalSpark.context().parallelize(List.of(1, 2)), _ -> new Opaque());
    SparkException failed =
        assertThrows(SparkException.class, () -> SparkParallel.run(rows, (_, _) -> {}));
    assertTrue(
        failed.getMessage().startsWith("rows are sent to the driver by Java serialization"),
        failed.getMessage());
  }
}
