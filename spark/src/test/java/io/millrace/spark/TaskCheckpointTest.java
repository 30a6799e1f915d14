package io.millrace.spark;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.TaskKilledException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The checkpoint of a task, without Spark: its end may come while another thread reads its rows. */
@Timeout(60)
class TaskCheckpointTest {
  private final SharedMemoryStore store = new SharedMemoryStore();

  @BeforeEach
  void endEngines() {
    LocalSpark.endEngines();
  }

  private Checkpoint checkpoint() {
    return Checkpoint.of(store, CheckpointName.of("test", "1"), new Words())
        .key((Long item) -> item)
        .finalFailures(_ -> true);
  }

  /** Texts, but for one, and another one that comes back as null. */
  private record Words() implements Codec<String> {
    @Override
    public byte[] encode(String value) throws Exception {
      if (value.equals("v2")) {
        throw new IllegalArgumentException("no word");
      }
      return Codec.text().encode(value);
    }

    @Override
    public String decode(byte[] bytes) throws Exception {
      String word = Codec.text().decode(bytes);
      return word.equals("none") ? null : word;
    }
  }

  private PartitionOutcomes<Long, String> open(
      WorkerSupplier<Parallel> configuration,
      boolean isStored,
      ClientAction<Object, Long, String> action,
      Long... items) {
    Job<Object, Long, String> job =
        new Job<>(
            UUID.randomUUID(),
            configuration,
            Object::new,
            action,
            4,
            false,
            isStored,
            Duration.ZERO,
            null);
    return PartitionOutcomes.open(job, List.of(items).iterator(), () -> false);
  }

  private PartitionOutcomes<Long, String> storing(
      ClientAction<Object, Long, String> action, Long... items) {
    return open(() -> Parallel.of(1).checkpoint(checkpoint()), true, action, items);
  }

  @Test
  @DisplayName("K13 the end of a task waits for a commit, and does not close its session under way")
  void aCommitAtTheEnd() throws Exception {
    CountDownLatch committing = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    store.inCommit =
        () -> {
          committing.countDown();
          try {
            goOn.await();
          } catch (InterruptedException e) {
            throw new AssertionError(e);
          }
        };
    PartitionOutcomes<Long, String> outcomes = storing((_, item) -> "v" + item, 1L);
    FutureTask<String> reader = new FutureTask<>(() -> outcomes.next().toRow(0).value());
    Thread.ofPlatform().start(reader);
    committing.await();
    Thread ending = Thread.ofPlatform().start(outcomes::close);
    while (ending.getState() != Thread.State.WAITING
        && ending.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
    goOn.countDown();
    ending.join();
    assertEquals("v1", reader.get());
    assertEquals(0, store.closedInUse.get(), "closed while it stored");
    assertEquals(0, store.open.get(), "sessions");
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName("K13 what reads on after the end of its task opens no checkpoint that nobody closes")
  void aLookUpAfterTheEnd() {
    PartitionOutcomes<Long, String> outcomes = storing((_, item) -> "v" + item, 1L, 2L);
    outcomes.close();
    assertThrows(TaskKilledException.class, outcomes::hasNext);
    assertThrows(TaskKilledException.class, outcomes::hasNext);
    assertEquals(0, store.open.get(), "sessions");
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName(
      "K13 nothing is kept of the session of a partition that has ended, though its task goes on")
  void forgetsTheSession() {
    PartitionOutcomes<Long, String> outcomes = storing((_, item) -> "v" + item, 1L, 3L);
    outcomes.forEachRemaining(entry -> entry.toRow(0));
    assertEquals(2, store.outcomes.size());
    while (store.last.get() != null) {
      assertFalse(Thread.interrupted(), "it is kept");
      System.gc();
    }
    outcomes.close();
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName("K13 a call that the end of its task has interrupted is not stored as a failure")
  void aCallAtTheEnd() throws Exception {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch never = new CountDownLatch(1);
    PartitionOutcomes<Long, String> outcomes =
        storing(
            (_, item) -> {
              begun.countDown();
              never.await();
              return "v" + item;
            },
            1L);
    FutureTask<Entry<Long, String>> reader = new FutureTask<>(outcomes::next);
    Thread reading = Thread.ofPlatform().start(reader);
    begun.await();
    outcomes.close();
    reading.join();
    Throwable failed = assertThrows(Exception.class, reader::get).getCause();
    assertEquals(TaskKilledException.class, failed.getClass(), () -> failed.toString());
    assertEquals(Set.of(), store.outcomes.keySet());
    assertEquals(0, store.open.get(), "sessions");
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName("K13 of outcomes that come together, those that can be stored are")
  void oneThatCannotBeStored() {
    PartitionOutcomes<Long, String> outcomes =
        open(() -> Parallel.of(1), false, (_, item) -> "v" + item, 1L, 2L, 3L);
    List<Entry<Long, String>> all = new ArrayList<>();
    outcomes.forEachRemaining(all::add);
    outcomes.close();
    TaskCheckpoint checkpoint = TaskCheckpoint.open(checkpoint());
    checkpoint.find(all);
    CheckpointException failed =
        assertThrows(CheckpointException.class, () -> checkpoint.store(all));
    assertTrue(failed.getMessage().contains("cannot be encoded"), failed.getMessage());
    assertEquals(Set.of(ItemId.of(1L), ItemId.of(3L)), store.outcomes.keySet());
    checkpoint.close();
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName(
      "K13 of two rows with one key whose outcomes come together, the failure does not replace the value")
  void aFailureBesideAValue() {
    AtomicInteger calls = new AtomicInteger();
    PartitionOutcomes<Long, String> outcomes =
        open(
            () -> Parallel.of(1),
            false,
            (_, item) -> {
              if (calls.getAndIncrement() > 0) {
                throw new IllegalStateException("the second call");
              }
              return "v" + item;
            },
            1L,
            1L);
    List<Entry<Long, String>> both = new ArrayList<>();
    outcomes.forEachRemaining(both::add);
    outcomes.close();
    for (List<Entry<Long, String>> order : List.of(both, both.reversed())) {
      store.outcomes.clear();
      TaskCheckpoint checkpoint = TaskCheckpoint.open(checkpoint());
      checkpoint.find(order);
      checkpoint.store(order);
      checkpoint.close();
      assertInstanceOf(
          StoredOutcome.Value.class, store.outcomes.get(ItemId.of(1L)).result(), "handed out");
    }
    LocalSpark.awaitNoEngine();
  }

  @Test
  @DisplayName("K13 a stored value that the codec decodes as null fails the task, as without Spark")
  void decodedAsNull() {
    TaskCheckpoint checkpoint = TaskCheckpoint.open(checkpoint());
    CheckpointException failed =
        assertThrows(
            CheckpointException.class,
            () ->
                checkpoint.decoded(ItemId.of(1L), new StoredOutcome.Value("none".getBytes(UTF_8))));
    assertTrue(failed.getMessage().contains("cannot be decoded"), failed.getMessage());
    checkpoint.close();
  }

  @Test
  @DisplayName("K10 a checkpoint that only the driver has, or only a worker, fails the task")
  void aCheckpointOfOneSide() {
    assertOneSide(open(() -> Parallel.of(1), true, (_, item) -> "v" + item, 1L));
    assertOneSide(
        open(() -> Parallel.of(1).checkpoint(checkpoint()), false, (_, item) -> "v" + item, 1L));
    assertEquals(0, store.open.get(), "sessions");
  }

  private static void assertOneSide(PartitionOutcomes<Long, String> outcomes) {
    Exception failed = assertThrows(Exception.class, outcomes::next);
    outcomes.close();
    assertTrue(failed.getMessage().contains("has a checkpoint on"), failed.getMessage());
    LocalSpark.awaitNoEngine();
  }
}
