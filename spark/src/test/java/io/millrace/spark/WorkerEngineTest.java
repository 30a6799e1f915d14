package io.millrace.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.outcome.Failure;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Backoff;
import io.millrace.plan.Retry;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The run of a worker, without Spark: what tasks do is done here. */
@Timeout(60)
class WorkerEngineTest {
  @BeforeEach
  void endEngines() {
    LocalSpark.endEngines();
  }

  private static <T, R> Job<Object, T, R> job(
      WorkerSupplier<Parallel> configuration, ClientAction<Object, T, R> action) {
    return new Job<>(
        UUID.randomUUID(),
        configuration,
        Object::new,
        action,
        4,
        false,
        false,
        Duration.ZERO,
        null);
  }

  @Test
  @DisplayName(
      "K8 if the thread of a run cannot be started, the task fails, and the next one has another run")
  void aThreadThatCannotBeStarted() {
    Job<Object, Integer, Integer> job = job(() -> Parallel.of(1), (_, item) -> item + 1);
    WorkerEngine.of(
        job,
        task ->
            new Thread(task) {
              @Override
              public void start() {
                throw new OutOfMemoryError("unable to create native thread");
              }
            });
    Iterator<Integer> items = List.of(1).iterator();
    assertThrows(OutOfMemoryError.class, () -> PartitionOutcomes.open(job, items, () -> false));
    assertEquals(0, WorkerEngine.open());
    PartitionOutcomes<Integer, Integer> next = PartitionOutcomes.open(job, items, () -> false);
    assertEquals(2, next.next().toRow(0).value());
    next.close();
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName(
      "K7 an item whose task has ended is a failure for listeners and limits, and is not called again")
  void itemsOfAnEndedTask() throws Exception {
    List<Outcome<?, ?>> heard = new CopyOnWriteArrayList<>();
    List<Throwable> judged = new CopyOnWriteArrayList<>();
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    Job<Object, Integer, Integer> job =
        job(
            () ->
                Parallel.of(1)
                    .retry(
                        Retry.ofAttempts(5)
                            .backoff(Backoff.none())
                            .on(Throwable.class)
                            .endRunWhen(
                                error -> {
                                  judged.add(error);
                                  return true;
                                }))
                    .onOutcome(heard::add),
            (_, item) -> {
              if (item == 7) {
                return item;
              }
              calls.incrementAndGet();
              begun.countDown();
              never.await();
              return item;
            });
    PartitionOutcomes<Integer, Integer> ended =
        PartitionOutcomes.open(job, List.of(1).iterator(), () -> false);
    PartitionOutcomes<Integer, Integer> other =
        PartitionOutcomes.open(job, List.of(7).iterator(), () -> false);
    assertTrue(ended.hasNext());
    begun.await();
    ended.close();
    assertEquals(7, other.next().toRow(0).value(), "the other task goes on");
    other.close();
    LocalSpark.awaitNoEngine();
    assertEquals(1, calls.get());
    assertEquals(List.of(), judged);
    Outcome<?, ?> first =
        heard.stream().filter(outcome -> outcome.item().equals(1)).findFirst().orElseThrow();
    assertInstanceOf(Failure.class, first);
    assertInstanceOf(TaskEnded.class, first.error());
  }

  private record Ended(
      PartitionOutcomes<Integer, Integer> outcomes, WeakReference<List<Integer>> rows) {

    static Ended of(Job<Object, Integer, Integer> job) {
      List<Integer> rows = new ArrayList<>(List.of(1, 2, 3));
      PartitionOutcomes<Integer, Integer> outcomes =
          PartitionOutcomes.open(job, rows.iterator(), () -> false);
      int count = 0;
      while (outcomes.hasNext()) {
        outcomes.next();
        count++;
      }
      assertEquals(rows.size(), count);
      return new Ended(outcomes, new WeakReference<>(rows));
    }
  }

  @Test
  @DisplayName("K6 nothing is kept of a partition that has ended, though its task goes on")
  void forgetsPartitions() {
    Ended ended = Ended.of(job(() -> Parallel.of(1), (_, item) -> item));
    while (ended.rows.get() != null) {
      assertFalse(Thread.interrupted(), "it is kept");
      System.gc();
    }
    ended.outcomes.close();
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName("K10 what a configuration says on a worker is checked there")
  void checksTheConfigurationOfTheWorker() {
    Job<Object, Integer, Integer> job = job(() -> Parallel.of(1).failFast(), (_, item) -> item);
    assertFailsWith(job, "on Spark there is no failurePolicy");
  }

  @Test
  @DisplayName("K4 a function that opens null, and not a client, fails the task")
  void aClientThatIsNull() {
    Job<Object, Integer, Integer> job =
        new Job<>(
            UUID.randomUUID(),
            () -> Parallel.of(1),
            () -> null,
            (_, item) -> item,
            4,
            false,
            false,
            Duration.ZERO,
            null);
    assertFailsWith(job, "must not return null");
  }

  private static void assertFailsWith(Job<Object, Integer, Integer> job, String text) {
    PartitionOutcomes<Integer, Integer> outcomes =
        PartitionOutcomes.open(job, List.of(1).iterator(), () -> false);
    try {
      String message = assertThrows(IllegalStateException.class, outcomes::next).getMessage();
      assertTrue(message.contains(text), message);
    } finally {
      outcomes.close();
    }
    LocalSpark.awaitNoEngine();
  }
}
