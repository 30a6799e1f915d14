package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.executor.ParallelExecutor;
import io.millrace.outcome.RunStatus;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.ThreadFactory;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who opens or reads a checkpoint in a thread that is interrupted hears of the interrupt, not of the disk. */
@Timeout(60)
class InterruptedCallerTest {
  private static final List<String> ITEMS = List.of("a", "b", "c");

  @TempDir Path directory;
  private JdbcStore store;
  private Parallel parallel;

  @BeforeEach
  void setUp() {
    store = JdbcStore.file(directory.resolve("run.checkpoint"));
    parallel = Parallel.of(2).checkpoint(Checkpoint.of(store, NAME, Codec.text()));
  }

  @AfterEach
  void clear() {
    Thread.interrupted();
  }

  @Test
  @DisplayName(
      "A19: a map whose caller is interrupted is cancelled, with the flag set; the next one runs")
  void map() {
    Thread.currentThread().interrupt();
    assertThrows(CancellationException.class, () -> parallel.map(ITEMS, item -> item));
    assertTrue(Thread.interrupted(), "flag");
    assertEquals(RunStatus.COMPLETED, parallel.map(ITEMS, item -> item).status());
  }

  @Test
  @DisplayName(
      "A19: a run, an executor and a look at the checkpoint begin as without the interrupt, which stays")
  void others() {
    Thread.currentThread().interrupt();
    try (Run<String, String> run = parallel.start(ITEMS, item -> item)) {
      assertThrows(CancellationException.class, run::take);
    }
    assertTrue(Thread.currentThread().isInterrupted(), "flag after a run");
    try (ParallelExecutor executor = ParallelExecutor.of(parallel)) {
      assertTrue(Thread.interrupted(), "flag after an executor was made");
      assertEquals("value", executor.submit(() -> "value", executor.options().key("k")).join());
    }
    Thread.currentThread().interrupt();
    long succeeded =
        store.info().succeeded(); // the task, and items that were quicker than the interrupt
    assertTrue(succeeded >= 1 && succeeded <= 1 + ITEMS.size(), () -> "succeeded " + succeeded);
    assertEquals(0, store.failures().count());
    assertTrue(Thread.currentThread().isInterrupted(), "flag after a look");
  }

  @Test
  @DisplayName(
      "A19: interrupts that come while a checkpoint is opened and read break nothing, in any kind of thread")
  void whileItIsOpened() throws Exception {
    for (ThreadFactory threads :
        List.of(Thread.ofPlatform().factory(), Thread.ofVirtual().factory())) {
      FutureTask<Long> opening =
          new FutureTask<>(
              () -> {
                for (int i = 0; i < 20; i++) {
                  try (CheckpointSession session = store.open(NAME)) {
                    session.commit(values(i, i + 1, 10), Spent.NONE);
                    store.info();
                  }
                }
                return store.info().succeeded();
              });
      Thread thread = threads.newThread(opening);
      thread.start();
      while (thread.isAlive()) {
        thread.interrupt();
        Thread.onSpinWait();
      }
      assertEquals(20, opening.get());
    }
  }

  @Test
  @DisplayName("A19: what takes long is not waited for, and what it has opened is given up")
  void takesLong() throws InterruptedException {
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch given = new CountDownLatch(1);
    Thread.currentThread().interrupt();
    assertThrows(
        CancellationException.class,
        () ->
            OwnThread.call(
                Duration.ofMillis(10),
                () -> {
                  await(goOn);
                  return "opened";
                },
                unwanted -> given.countDown()));
    assertTrue(Thread.interrupted(), "flag");
    goOn.countDown();
    given.await();
  }

  @Test
  @DisplayName("A29: the stack of a refusal leads to whoever made the call")
  void stackOfARefusal() {
    parallel.map(ITEMS, item -> item);
    var other = CheckpointName.of("another", "1");
    var refused = assertThrows(CheckpointException.class, () -> store.open(other));
    assertTrue(
        Stream.of(refused.getStackTrace())
            .anyMatch(frame -> frame.getMethodName().equals("stackOfARefusal")));
    assertFalse(Thread.currentThread().isInterrupted());
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException broken) {
      throw new IllegalStateException(broken);
    }
  }
}
