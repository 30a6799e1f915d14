package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who waits for an opening that takes long: whoever wants the same checkpoint, and nobody else. */
@Timeout(60)
class FileGuardTest {
  @TempDir Path directory;
  private final CountDownLatch isOpened = new CountDownLatch(1);
  private Path slow;
  private Thread opening;

  /* As if somebody opened a large checkpoint, and read through its index. */
  @BeforeEach
  void open() throws Exception {
    slow = directory.toRealPath().resolve("slow.checkpoint");
    CountDownLatch isIn = new CountDownLatch(1);
    opening =
        Thread.ofPlatform()
            .start(
                () -> {
                  try (FileGuard _ = FileGuard.enter(SqliteFiles.of(slow).lock())) {
                    isIn.countDown();
                    isOpened.await();
                  } catch (Exception unexpected) {
                    throw new AssertionError(unexpected);
                  }
                });
    isIn.await();
  }

  @AfterEach
  void letGo() throws InterruptedException {
    isOpened.countDown();
    opening.join();
  }

  private static <R> FutureTask<R> inBackground(Callable<R> call) {
    FutureTask<R> task = new FutureTask<>(call);
    Thread.ofPlatform().daemon().start(task);
    return task;
  }

  @Test
  @DisplayName(
      "A19: a checkpoint is opened, looked at and closed while the opening of another one takes long")
  void otherFiles() throws Exception {
    JdbcStore store = JdbcStore.file(directory.resolve("quick.checkpoint"));
    FutureTask<Long> whole =
        inBackground(
            () -> {
              try (CheckpointSession session = store.open(NAME)) {
                session.commit(values(0, 10, 10), Spent.NONE);
                assertEquals(10, store.info().succeeded());
              }
              return store.info().succeeded();
            });
    assertEquals(10, whole.get(20, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("Whoever wants the same checkpoint waits, by whatever path, and gets it")
  void sameFile() throws Exception {
    Path link = Files.createSymbolicLink(directory.resolve("link"), directory);
    FutureTask<Boolean> second =
        inBackground(
            () -> {
              try (CheckpointSession _ =
                  JdbcStore.file(link.resolve("slow.checkpoint")).open(NAME)) {
                return true;
              }
            });
    assertThrows(TimeoutException.class, () -> second.get(100, TimeUnit.MILLISECONDS));
    isOpened.countDown();
    assertTrue(second.get(20, TimeUnit.SECONDS));
  }

  @Test
  @DisplayName("E11: a lease whose channel cannot be closed properly is given back")
  void brokenChannel() throws Exception {
    Path lock = SqliteFiles.of(directory.resolve("other.checkpoint")).lock();
    FileLease lease = FileLease.take(lock, "a test");
    assertThrows(CheckpointException.class, () -> FileLease.take(lock, "a test"));
    lease.close();
    assertFalse(FileLease.isHeldHere(lock));
    lease.close(); // twice does no harm
  }
}
