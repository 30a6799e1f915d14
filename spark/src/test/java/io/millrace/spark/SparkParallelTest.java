package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.ShedException;
import io.millrace.plan.Backoff;
import io.millrace.plan.Hedge;
import io.millrace.plan.RateLimit;
import io.millrace.plan.Retry;
import io.millrace.spark.SparkOutcome.Status;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** In local mode, where driver and worker are one JVM: so what actions do is seen through static fields. */
class SparkParallelTest {
  private static final AtomicInteger RUNNING = new AtomicInteger();
  private static final AtomicInteger MOST = new AtomicInteger();
  private static final AtomicInteger CALLS = new AtomicInteger();
  private static final Set<Pool> OPENED = ConcurrentHashMap.newKeySet();
  private static final AtomicInteger INTERRUPTED = new AtomicInteger();
  private static volatile CountDownLatch latch = new CountDownLatch(0);
  private static volatile CountDownLatch begun = new CountDownLatch(0);
  private static SparkSession spark;

  /** A client. */
  static final class Pool implements AutoCloseable {
    volatile boolean closed;

    Pool() {
      OPENED.add(this);
    }

    long ask(long item) {
      if (closed) {
        throw new IllegalStateException("closed");
      }
      return item * 2;
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  /** A bean, as Spark wants it. */
  public static final class Answer implements Serializable {
    private static final long serialVersionUID = 1;
    private int length;
    private String text = "";

    public int getLength() {
      return length;
    }

    public void setLength(int length) {
      this.length = length;
    }

    public String getText() {
      return text;
    }

    public void setText(String text) {
      this.text = text;
    }
  }

  @BeforeAll
  static void start() {
    spark = LocalSpark.session();
    LocalSpark.endEngines();
  }

  @BeforeEach
  void reset() {
    LocalSpark.awaitNoEngine();
    RUNNING.set(0);
    MOST.set(0);
    CALLS.set(0);
    INTERRUPTED.set(0);
    OPENED.clear();
  }

  private static Dataset<Long> numbers(long count, int partitions) {
    return spark.range(0, count, 1, partitions).as(Encoders.LONG());
  }

  private static SparkParallel closing(WorkerSupplier<Parallel> configuration) {
    return SparkParallel.of(configuration).keepOpen(Duration.ZERO);
  }

  private static long counted(long item) {
    CALLS.incrementAndGet();
    MOST.accumulateAndGet(RUNNING.incrementAndGet(), Math::max);
    try {
      Thread.yield();
      return item;
    } finally {
      RUNNING.decrementAndGet();
    }
  }

  @Test
  @DisplayName("K1 each row has one outcome, with item, place, value or error, attempts")
  void eachRowHasOneOutcome() {
    Dataset<SparkOutcome<Long, String>> outcomes =
        closing(() -> Parallel.of(8).retry(Retry.ofAttempts(2).backoff(Backoff.none())))
            .map(
                numbers(300, 5),
                item -> {
                  if (item % 3 == 1) {
                    throw new IOException("item " + item);
                  }
                  return item % 3 == 2 ? null : "v" + item;
                },
                Encoders.STRING());
    List<SparkOutcome<Long, String>> all = outcomes.collectAsList();
    assertEquals(300, all.size());
    Set<Long> items = new TreeSet<>();
    Set<String> places = new TreeSet<>();
    for (SparkOutcome<Long, String> outcome : all) {
      items.add(outcome.item());
      places.add(outcome.partition() + "/" + outcome.position());
      assertEquals(
          outcome.item(), outcome.partition() * 60L + outcome.position(), outcome::toString);
      boolean fails = outcome.item() % 3 == 1;
      assertEquals(fails ? Status.FAILURE : Status.SUCCESS, outcome.status());
      assertEquals(outcome.item() % 3 == 0 ? "v" + outcome.item() : null, outcome.value());
      assertEquals(fails ? "java.io.IOException" : null, outcome.errorType());
      assertEquals(fails ? "item " + outcome.item() : null, outcome.errorMessage());
      assertEquals(fails ? 2 : 1, outcome.attempts());
      assertNull(outcome.key());
    }
    assertEquals(300, items.size());
    assertEquals(300, places.size());
  }

  @Test
  @DisplayName("K1 items and values may be beans, rows and nulls; keys are text")
  void itemsAndValuesOfManyTypes() {
    Dataset<Row> rows =
        numbers(4, 2).toDF("id").selectExpr("id", "if(id = 3, null, concat('x', id)) as name");
    List<SparkOutcome<Row, Answer>> beans =
        closing(() -> Parallel.of(2).ordered().<Row>itemKey(row -> row.getLong(0)))
            .map(
                rows,
                row -> {
                  Answer answer = new Answer();
                  answer.setText(row.getString(1).toUpperCase());
                  return answer;
                },
                Encoders.bean(Answer.class))
            .collectAsList();
    assertEquals("X2", beans.get(2).value().getText());
    assertEquals("2", beans.get(2).key());
    assertEquals("java.lang.NullPointerException", beans.get(3).errorType());
    assertNull(beans.get(3).value());
    Dataset<String> names = rows.select("name").as(Encoders.STRING());
    List<SparkOutcome<String, Boolean>> nulls =
        closing(() -> Parallel.of(2).ordered())
            .map(names, name -> name == null, Encoders.BOOLEAN())
            .collectAsList();
    assertEquals(List.of(false, false, false, true), nulls.stream().map(o -> o.value()).toList());
    assertNull(nulls.get(3).item());
  }

  @Test
  @DisplayName("K3 all tasks of a worker share one run: as many calls at once as the concurrency")
  void tasksShareOneRun() {
    for (int concurrency : new int[] {1, 3, 50}) {
      MOST.set(0);
      long count =
          closing(() -> Parallel.of(concurrency))
              .map(numbers(2000, 16), SparkParallelTest::counted, Encoders.LONG())
              .count();
      assertEquals(2000, count);
      assertTrue(MOST.get() <= concurrency, MOST + " at once, not " + concurrency);
    }
    assertEquals(6000, CALLS.get());
  }

  @Test
  @DisplayName("K3 calls of different tasks run at once, as many as the concurrency")
  void callsOfDifferentTasksMeet() {
    latch = new CountDownLatch(8);
    long count =
        closing(() -> Parallel.of(8))
            .map(
                numbers(8, 4), // 4 slots, 2 items each
                item -> {
                  latch.countDown();
                  latch.await();
                  return item;
                },
                Encoders.LONG())
            .count();
    assertEquals(8, count);
  }

  @Test
  @DisplayName("K4 a client is opened once on a worker, shared by its tasks, and closed at the end")
  void aClientForAWorker() {
    long right =
        closing(() -> Parallel.of(10))
            .map(numbers(500, 4), Pool::new, Pool::ask, Encoders.LONG())
            .filter("value = item * 2")
            .count();
    assertEquals(500, right);
    LocalSpark.awaitNoEngine();
    assertTrue(OPENED.stream().allMatch(pool -> pool.closed), "closed");
    SparkParallel keeping = SparkParallel.of(() -> Parallel.of(10)).keepOpen(Duration.ofHours(1));
    OPENED.clear();
    var outcomes = keeping.map(numbers(500, 16), Pool::new, Pool::ask, Encoders.LONG());
    assertEquals(500, outcomes.count());
    assertEquals(500, outcomes.count());
    assertEquals(1, OPENED.size(), "clients of two jobs over the same rows");
    assertFalse(OPENED.iterator().next().closed, "closed while it may be used again");
    LocalSpark.endEngines();
    assertTrue(OPENED.iterator().next().closed, "closed at the end");
  }

  @Test
  @DisplayName("K4 a client that cannot be opened fails the job with that error, and no item")
  void aClientThatCannotBeOpened() {
    var outcomes =
        closing(() -> Parallel.of(10))
            .map(
                numbers(5, 1),
                () -> {
                  throw new IOException("no such host");
                },
                (client, item) -> item,
                Encoders.LONG());
    Exception failed = assertThrows(Exception.class, outcomes::count);
    assertTrue(all(failed).contains("no such host"), () -> all(failed));
  }

  @Test
  @DisplayName(
      "K5 in order, the outcomes of a partition keep the order of its rows, whichever is done first")
  void keepsTheOrder() {
    List<Long> items =
        closing(() -> Parallel.of(16).ordered())
            .map(numbers(400, 4), SparkParallelTest::counted, Encoders.LONG())
            .collectAsList()
            .stream()
            .map(SparkOutcome::item)
            .toList();
    assertEquals(LongStream.range(0, 400).boxed().toList(), items);
  }

  @Test
  @DisplayName("K6 a partition is read no further than a window ahead of what Spark has taken")
  void readsNoFurtherThanTheWindow() {
    JavaRDD<Integer> source =
        LocalSpark.context()
            .parallelize(List.of(1), 1)
            .mapPartitions(
                _ ->
                    IntStream.range(0, 1000).peek(_ -> CALLS.incrementAndGet()).boxed().iterator());
    var outcomes = closing(() -> Parallel.of(4).window(10)).map(source, item -> item);
    outcomes.foreachPartition(
        rows -> {
          for (int taken = 0; rows.hasNext(); taken++) {
            MOST.accumulateAndGet(CALLS.get() - taken, Math::max);
            rows.next();
          }
        });
    assertEquals(1000, CALLS.get());
    assertTrue(MOST.get() <= 11, MOST + " ahead"); // one more that a stream's iterator has in hand
  }

  @Test
  @DisplayName(
      "K7 a task that is left early interrupts its calls, starts no more, and closes the client")
  void leavesEarly() {
    latch = new CountDownLatch(1);
    var outcomes =
        closing(() -> Parallel.of(4))
            .map(
                numbers(1000, 1),
                Pool::new,
                (pool, item) -> {
                  CALLS.incrementAndGet();
                  if (item < 4) {
                    return item;
                  }
                  try {
                    latch.await();
                  } catch (InterruptedException interrupted) {
                    INTERRUPTED.incrementAndGet();
                    throw interrupted;
                  }
                  return item;
                },
                Encoders.LONG());
    assertEquals(3, outcomes.limit(3).collectAsList().size());
    LocalSpark.awaitNoEngine();
    assertTrue(CALLS.get() <= 12, CALLS + " calls");
    assertTrue(OPENED.stream().allMatch(pool -> pool.closed), "closed");
  }

  @Test
  @DisplayName("K7 a job that is cancelled interrupts its calls")
  void cancelsTheJob() throws Exception {
    latch = new CountDownLatch(1);
    begun = new CountDownLatch(4);
    var outcomes =
        closing(() -> Parallel.of(4))
            .map(
                numbers(100, 4),
                item -> {
                  CALLS.incrementAndGet();
                  begun.countDown();
                  try {
                    latch.await();
                  } catch (InterruptedException interrupted) {
                    INTERRUPTED.incrementAndGet();
                    throw interrupted;
                  }
                  return item;
                },
                Encoders.LONG());
    List<Throwable> thrown = new ArrayList<>();
    Thread caller =
        Thread.ofPlatform()
            .start(
                () -> {
                  spark.sparkContext().setJobGroup("cancelled", "a test", false);
                  try {
                    outcomes.count();
                  } catch (Exception cancelled) {
                    thrown.add(cancelled);
                  }
                });
    begun.await();
    spark.sparkContext().cancelJobGroup("cancelled");
    caller.join();
    LocalSpark.awaitNoEngine();
    assertEquals(CALLS.get(), INTERRUPTED.get(), "each call is interrupted");
    // Spark kills one task after the other: slots of one that has gone are free for those that have
    // not heard of it.
    assertTrue(CALLS.get() <= 4 + 3 * 4, CALLS + " calls");
    assertEquals(1, thrown.size());
  }

  @Test
  @DisplayName("K7 one task of several that is left early interrupts its own calls only")
  void leavesAlone() {
    latch = new CountDownLatch(1);
    begun = new CountDownLatch(39);
    JavaRDD<Long> source = numbers(40, 2).javaRDD();
    var outcomes =
        closing(() -> Parallel.of(40))
            .map(
                source,
                item -> {
                  if (item == 1) {
                    begun.await(); // what has not begun need not be interrupted
                    return item;
                  }
                  begun.countDown();
                  try {
                    latch.await();
                    return item;
                  } catch (InterruptedException interrupted) {
                    if (INTERRUPTED.incrementAndGet() == 19) {
                      latch.countDown(); // the other task goes on
                    }
                    throw interrupted;
                  }
                });
    List<Integer> taken =
        outcomes
            .mapPartitions(
                rows -> {
                  SparkOutcome<Long, Long> first = rows.next();
                  int count = 1;
                  if (first.item() != 1) {
                    for (; rows.hasNext(); count++) {
                      assertTrue(rows.next().isSuccess());
                    }
                  }
                  return List.of(count).iterator();
                })
            .collect();
    assertEquals(List.of(1, 20), taken);
    assertEquals(19, INTERRUPTED.get());
  }

  @Test
  @DisplayName("K7 an item that has a hedge: the end of its task interrupts both calls")
  void interruptsBothCalls() {
    latch = new CountDownLatch(1);
    begun = new CountDownLatch(2);
    var outcomes =
        closing(() -> Parallel.of(8).hedgeIdempotent(Hedge.after(Duration.ofMillis(1))))
            .map(
                numbers(2, 1),
                item -> {
                  if (item == 0) {
                    begun.await(); // until the other item has its hedge
                    return item;
                  }
                  CALLS.incrementAndGet();
                  begun.countDown();
                  try {
                    latch.await();
                    return item;
                  } catch (InterruptedException interrupted) {
                    INTERRUPTED.incrementAndGet();
                    throw interrupted;
                  }
                },
                Encoders.LONG());
    assertEquals(1, outcomes.limit(1).collectAsList().size());
    LocalSpark.awaitNoEngine();
    assertEquals(2, CALLS.get());
    assertEquals(2, INTERRUPTED.get());
  }

  @Test
  @DisplayName("K10 an item that would wait for too long is a failed row, without a call")
  void sheds() {
    List<SparkOutcome<Long, Long>> outcomes =
        closing(() -> Parallel.of(4).rateLimit(RateLimit.perHour(1)).shedAfter(Duration.ZERO))
            .map(numbers(8, 1), SparkParallelTest::counted, Encoders.LONG())
            .collectAsList();
    assertEquals(8, outcomes.size());
    assertEquals(1, CALLS.get());
    assertEquals(
        7,
        outcomes.stream()
            .filter(outcome -> ShedException.class.getName().equals(outcome.errorType()))
            .count());
  }

  @Test
  @DisplayName("K10 a call that takes long has a hedge, whose answer counts")
  void hedges() {
    latch = new CountDownLatch(1);
    List<SparkOutcome<Long, Long>> outcomes =
        closing(() -> Parallel.of(4).hedgeIdempotent(Hedge.after(Duration.ofMillis(1))))
            .map(
                numbers(1, 1),
                item -> {
                  if (CALLS.incrementAndGet() == 1) {
                    latch.await(); // until it is interrupted
                  }
                  return item + 7;
                },
                Encoders.LONG())
            .collectAsList();
    assertEquals(1, outcomes.size());
    assertEquals(7, outcomes.getFirst().value());
    assertEquals(2, CALLS.get());
  }

  @Test
  @DisplayName("K8 an error of the rows themselves fails the task with that error")
  void anErrorOfTheSource() {
    JavaRDD<Integer> broken =
        LocalSpark.context()
            .parallelize(Arrays.asList(1, 2, 3), 1)
            .map(
                item -> {
                  if (item == 3) {
                    throw new IllegalStateException("broken row");
                  }
                  return item;
                });
    var outcomes = closing(() -> Parallel.of(1).window(1)).map(broken, item -> item);
    Exception failed = assertThrows(Exception.class, outcomes::count);
    assertTrue(all(failed).contains("broken row"), () -> all(failed));
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName("K8 an answer that ends the run fails the task, and the next task has a new run")
  void aFatalAnswer() {
    var outcomes =
        closing(
                () ->
                    Parallel.of(2)
                        .retry(Retry.none().endRunWhen(error -> error.getMessage().equals("dead"))))
            .map(
                numbers(10, 2),
                item -> {
                  CALLS.incrementAndGet();
                  throw new IOException("dead");
                },
                Encoders.LONG());
    Exception failed = assertThrows(Exception.class, outcomes::count);
    assertTrue(all(failed).contains("dead"), () -> all(failed));
    assertTrue(CALLS.get() <= 4, CALLS + " calls");
  }

  @Test
  @DisplayName("K8 so does one that comes with the last outcome of a task")
  void aFatalAnswerAtTheEnd() {
    var outcomes =
        closing(() -> Parallel.of(2).retry(Retry.none().endRunWhen(_ -> true)))
            .map(
                numbers(1, 1),
                item -> {
                  throw new IOException("dead");
                },
                Encoders.LONG());
    Exception failed = assertThrows(Exception.class, outcomes::count);
    assertTrue(all(failed).contains("dead"), () -> all(failed));
  }

  @Test
  @DisplayName("K9 counts come to the driver")
  void counts() {
    CallCounts counts = CallCounts.register(spark.sparkContext(), "counted");
    closing(() -> Parallel.of(4).retry(Retry.ofAttempts(3).backoff(Backoff.none())))
        .counting(counts)
        .map(
            numbers(100, 4),
            item -> {
              if (item % 10 == 0) {
                throw new IOException("no");
              }
              return item;
            },
            Encoders.LONG())
        .count();
    assertEquals(90, counts.successes());
    assertEquals(10, counts.failures());
    assertEquals(20, counts.retries());
    assertEquals("CallCounts[90 successes, 10 failures, 20 retries]", counts.toString());
  }

  private static String all(Throwable error) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = error; each != null; each = each.getCause()) {
      all.append(each).append('\n');
    }
    return all.toString();
  }
}
