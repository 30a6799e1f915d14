package io.millrace.checkpoint.jdbc;

import static io.millrace.checkpoint.jdbc.Samples.NAME;
import static io.millrace.checkpoint.jdbc.Samples.failed;
import static io.millrace.checkpoint.jdbc.Samples.values;
import static io.millrace.checkpoint.jdbc.StoreContract.assertFound;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.CheckpointSession;
import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.checkpoint.spi.StoredOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The file of a finished run, after something has happened to it: it is refused, or all that was stored is there. */
@Timeout(value = 2, unit = TimeUnit.HOURS)
class TornFileTest {
  private static final int STEP = Integer.getInteger("millrace.torn.step", 512);
  private static final int FLIPS = Integer.getInteger("millrace.torn.flips", 1_000);

  @TempDir Path directory;
  private final List<StoredOutcome> stored = new ArrayList<>();
  private byte[] whole;
  private Path file;

  @BeforeEach
  void aFinishedRun() throws IOException {
    file = directory.resolve("run");
    stored.addAll(values(0, 300, 200));
    stored.addAll(values(300, 310, 9_000));
    for (int number = 310; number < 500; number++) {
      stored.add(
          Samples.of(
              ItemId.of("key of some length, number " + number),
              number,
              new StoredOutcome.Value(Samples.bytes(number, 100))));
    }
    stored.add(failed(500, false));
    stored.add(failed(501, true));
    try (CheckpointSession session = JdbcStore.file(file).open(NAME)) {
      for (int from = 0; from < stored.size(); from += 100) {
        session.commit(stored.subList(from, Math.min(from + 100, stored.size())), Spent.NONE);
      }
      // Outcomes that were replaced by others leave free pages.
      session.commit(values(300, 305, 20), Spent.NONE);
      for (int number = 300; number < 305; number++) {
        stored.set(number, Samples.value(number, 20));
      }
    }
    whole = Files.readAllBytes(file);
    assertTrue(isRight(whole));
  }

  @Test
  @DisplayName("a file that is cut anywhere is refused")
  void cut() throws IOException {
    for (int length = 0; length < whole.length; length += STEP) {
      assertEquals(false, isRight(Arrays.copyOf(whole, length)), "cut at " + length);
    }
  }

  @Test
  @DisplayName("a file with a sector of zeros, or of another place, is refused or right")
  void sectors() throws IOException {
    Random random = new Random(3);
    for (int from = 0; from < whole.length; from += STEP) {
      byte[] torn = whole.clone();
      Arrays.fill(torn, from, from + 512, (byte) 0);
      isRight(torn);
      int other = random.nextInt(whole.length / 512) * 512;
      System.arraycopy(whole, other, torn, from, 512);
      isRight(torn);
    }
  }

  @Test
  @DisplayName("a file with random bytes changed is refused or right, also after the next run")
  void flipped() throws IOException {
    Random random = new Random(7);
    int right = 0;
    for (int trial = 0; trial < FLIPS; trial++) {
      byte[] torn = whole.clone();
      int flips = 1 + random.nextInt(trial % 2 == 0 ? 1 : 20);
      for (int flip = 0; flip < flips; flip++) {
        int bound = trial % 5 == 0 ? 4_096 : torn.length;
        torn[random.nextInt(bound)] ^= (byte) (1 << random.nextInt(8));
      }
      right += isRight(torn) ? 1 : 0;
    }
    assertTrue(right < FLIPS / 2, right + " of " + FLIPS + " were not noticed, and harmless");
  }

  /** Whether the next run, and one more, find all that was stored. If not, they have to be refused. */
  private boolean isRight(byte[] content) throws IOException {
    for (String suffix : List.of("-wal", "-shm")) {
      Files.deleteIfExists(directory.resolve("run" + suffix));
    }
    Files.write(file, content);
    JdbcStore store = JdbcStore.file(file).durability(Durability.PROCESS_CRASH);
    List<StoredOutcome> more = values(600, 650, 1_000);
    try {
      try (CheckpointSession session = store.open(NAME)) {
        assertFound(session, stored);
        session.commit(more, Spent.NONE);
        assertFound(session, stored);
      }
      try (CheckpointSession session = store.open(NAME)) {
        assertFound(session, stored);
        assertFound(session, more);
      }
      return true;
    } catch (CheckpointException refused) {
      return false;
    }
  }
}
