package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static io.millrace.checkpoint.jdbc.StoreContract.assertFound;
import static io.millrace.checkpoint.jdbc.StoreContract.assertSays;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.Spent;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A small disk of its own, which can be full or read-only. Only who may mount one can have it: root on Linux. */
class SqliteDiskTest {
  @TempDir Path disk;
  private JdbcStore store;

  @BeforeEach
  void mount() throws Exception {
    boolean mounted = run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk.toString());
    if (!mounted) {
      System.out.println(
          "\n*** A disk cannot be mounted here: tests of full and read-only disks are LEFT OUT ***\n");
    }
    assumeTrue(mounted);
    store = JdbcStore.file(disk.resolve("run"));
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", disk.toString());
  }

  private static boolean run(String... command) throws Exception {
    try {
      return new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException notThere) {
      return false;
    }
  }

  @Test
  @DisplayName(
      "a disk that fills up ends the run with advice; what was stored is intact, and the next run goes on")
  void fullDisk() {
    int stored = 0;
    try (CheckpointSession session = store.open(NAME)) {
      CheckpointException full = null;
      while (full == null) {
        try {
          session.commit(values(stored, stored + 10, 10_000), Spent.NONE);
          stored += 10;
        } catch (CheckpointException broken) {
          full = broken;
        }
      }
      assertSays(full, "intact", "full", "start the run again");
      assertFound(session, values(0, stored, 10_000));
    }
    assertTrue(stored >= 100, "stored: " + stored);
    assertEquals(stored, store.info().succeeded());
  }

  @Test
  @DisplayName(
      "a disk without room for a new file is refused with advice, and there is room again later")
  void noRoomToBegin() throws IOException {
    Path filler = disk.resolve("filler");
    assertThrows(IOException.class, () -> Files.write(filler, new byte[5 << 20]));
    assertSays(assertThrows(CheckpointException.class, () -> store.open(NAME)), "full");
    Files.delete(filler);
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 10, 10), Spent.NONE);
    }
  }

  @Test
  @DisplayName(
      "a read-only disk is refused with advice; the checkpoint can be looked into all the same")
  void readOnly() throws Exception {
    try (CheckpointSession session = store.open(NAME)) {
      session.commit(values(0, 10, 10), Spent.NONE);
    }
    assertTrue(run("mount", "-o", "remount,ro", disk.toString()));
    assertSays(assertThrows(CheckpointException.class, () -> store.open(NAME)), "intact", "writ");
    assertEquals(10, store.info().succeeded());
    assertTrue(run("mount", "-o", "remount,rw", disk.toString()));
    try (CheckpointSession session = store.open(NAME)) {
      assertFound(session, values(0, 10, 10));
    }
  }
}
