package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.concurrent.CyclicBarrier;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@DisplayName("A look at a SQLite file")
@Timeout(60)
class SqliteLookTest {
  private static final int ROUNDS = 2_000;

  @TempDir Path directory;

  /* SQLite deletes a log without a whole transaction when the last connection is closed that it knows of. */
  @Test
  @DisplayName("leaves the log of a run that begins to write it at this moment")
  void logThatComes() throws Exception {
    Path file = directory.toRealPath().resolve("run.checkpoint");
    JdbcStore.file(file).open(NAME).close();
    SqliteFiles files = SqliteFiles.of(file);
    CyclicBarrier begin = new CyclicBarrier(2);
    CyclicBarrier end = new CyclicBarrier(2);
    try (FileChannel log =
        FileChannel.open(files.log(), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
      Thread run = Thread.ofPlatform().start(() -> write(log, begin, end));
      for (int round = 0; round < ROUNDS; round++) {
        log.truncate(0);
        begin.await();
        look(files);
        end.await();
        assertTrue(Files.exists(files.log()), "the log is gone in round " + round);
      }
      run.join();
    }
  }

  @Test
  @DisplayName("leaves a log whose transaction is not whole, and sees one that is")
  void partOfALog() throws Exception {
    Path file = directory.toRealPath().resolve("run.checkpoint");
    Path copy = directory.toRealPath().resolve("copy.checkpoint");
    JdbcStore store = JdbcStore.file(file);
    store.open(NAME).close();
    byte[] log;
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 100, 300), Spent.NONE);
      log = Files.readAllBytes(SqliteFiles.of(file).log());
      Files.copy(file, copy);
    }
    SqliteFiles files = SqliteFiles.of(copy);
    JdbcStore copied = JdbcStore.file(copy);
    for (int length : new int[] {0, 1, 31, 32, 55, 56, 2_000, log.length / 2}) {
      Files.write(files.log(), Arrays.copyOf(log, length));
      assertEquals(0, copied.info().succeeded(), "of " + length + " bytes");
      assertEquals(length, Files.size(files.log()), "what is left of " + length + " bytes");
    }
    Files.write(files.log(), log);
    assertEquals(100, copied.info().succeeded());
    assertEquals(log.length, Files.size(files.log()));
  }

  private static void write(FileChannel log, CyclicBarrier begin, CyclicBarrier end) {
    try {
      for (int round = 0; round < ROUNDS; round++) {
        begin.await();
        for (int spin = round % 200; spin > 0; spin--) {
          Thread.onSpinWait();
        }
        log.write(ByteBuffer.allocate(100), 0);
        end.await();
      }
    } catch (Exception over) {
      // the other one has failed
    }
  }

  private static void look(SqliteFiles files) throws IOException {
    try (Connection connection = Sqlite.looking(files, true)) {
      Sqlite.requireSchema(connection);
    } catch (SQLException changed) {
      // as any look beside a run may fail; then it is repeated
    }
  }
}
