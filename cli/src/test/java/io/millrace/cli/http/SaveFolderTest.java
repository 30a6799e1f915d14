package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.http.SaveFolder.Naming;
import io.millrace.cli.http.SaveFolder.UnsavedException;
import io.millrace.cli.http.SaveFolder.Whole;
import io.millrace.cli.text.UsedFiles;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whose a file is, whatever becomes of the attempt that saves it. */
@NoLeaks
class SaveFolderTest {
  private static final Whole AT_ONCE = Naming::run;

  @TempDir private Path temp;

  @AfterEach
  void clearInterrupt() {
    var _ = Thread.interrupted();
  }

  private SaveFolder open(boolean isDurable) throws IOException {
    return SaveFolder.open(
        temp.resolve("answers"),
        false,
        isDurable ? Optional.of("checkpoint") : Optional.empty(),
        new UsedFiles());
  }

  private static InputStream body(String text) {
    return new ByteArrayInputStream(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void save(SaveFolder folder, LineHistory line, String text, Whole whole)
      throws IOException, InterruptedException {
    assertTrue(folder.save("a", line, body(text), Long.MAX_VALUE, whole).isPresent());
  }

  private static String text(SaveFolder folder) throws IOException {
    return Files.readString(folder.folder().resolve("a"));
  }

  private static void assertIsWhole(SaveFolder folder, String text) throws IOException {
    assertEquals(text, text(folder));
    try (Stream<Path> files = Files.list(folder.folder())) {
      assertEquals(
          List.of(".millrace.lock", "a"),
          files.map(file -> file.getFileName().toString()).sorted().toList());
    }
  }

  @DisplayName("H31: an interrupt keeps no whole answer from its name, and is heard of afterwards")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptWhileItIsNamed(boolean isDurable) throws Exception {
    try (SaveFolder folder = open(isDurable)) {
      save(
          folder,
          new LineHistory(0),
          "whole",
          naming -> {
            Thread.currentThread().interrupt();
            naming.run();
          });
      assertTrue(Thread.interrupted());
      assertIsWhole(folder, "whole");
    }
  }

  @DisplayName("H31: what an attempt has saved is its line's own: the next attempt replaces it")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void theNextAttemptReplacesIt(boolean isDurable) throws Exception {
    try (SaveFolder folder = open(isDurable)) {
      LineHistory line = new LineHistory(0);
      save(folder, line, "first", AT_ONCE);
      folder.requireFree("a", line);
      save(folder, line, "second", AT_ONCE);
      assertIsWhole(folder, "second");
      LineHistory other = new LineHistory(1);
      assertThrows(UnsavedException.class, () -> folder.requireFree("a", other));
      assertThrows(UnsavedException.class, () -> save(folder, other, "other", AT_ONCE));
      assertIsWhole(folder, "second");
    }
  }

  @DisplayName("H31: what a line has saved and failed with is taken away, and nothing else")
  @Test
  void aFailureIsNoFile() throws Exception {
    try (SaveFolder folder = open(true)) {
      LineHistory line = new LineHistory(0);
      save(folder, line, "first", AT_ONCE);
      folder.withdraw("a", new LineHistory(1));
      assertIsWhole(folder, "first");
      folder.withdraw("a", line);
      assertFalse(Files.exists(folder.folder().resolve("a")));
      save(folder, new LineHistory(1), "other", AT_ONCE);
      folder.withdraw("a", line);
      assertIsWhole(folder, "other");
      assertThrows(UnsavedException.class, () -> save(folder, line, "second", AT_ONCE));
    }
  }

  @DisplayName("H31: another line's file that looks like the one taken away, its number too, stays")
  @Test
  void aNumberThatIsGivenAgain() throws Exception {
    for (int round = 0; round < 20; round++) {
      try (SaveFolder folder = open(true)) {
        LineHistory line = new LineHistory(0);
        LineHistory other = new LineHistory(1);
        save(folder, line, "first", AT_ONCE);
        folder.withdraw("a", line);
        save(folder, other, "other", AT_ONCE);
        Path file = folder.folder().resolve("a");
        line.saved().ifPresent(gone -> dated(file, gone.modified()));
        folder.withdraw("a", line);
        assertIsWhole(folder, "other");
        Files.delete(file);
      }
    }
  }

  private static void dated(Path file, FileTime time) {
    try {
      Files.setLastModifiedTime(file, time);
    } catch (IOException failed) {
      throw new UncheckedIOException(failed);
    }
  }

  @DisplayName("H31: of two lines of one name that are saved at once, one has the file")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void oneOfTwoHasTheFile(boolean isDurable) throws Exception {
    for (int round = 0; round < 50; round++) {
      Path here = temp.resolve("round" + round);
      try (SaveFolder folder =
          SaveFolder.open(
              here, false, isDurable ? Optional.of("c") : Optional.empty(), new UsedFiles())) {
        CountDownLatch both = new CountDownLatch(2);
        boolean[] saved = new boolean[2];
        Thread[] threads = new Thread[2];
        for (int line = 0; line < 2; line++) {
          int number = line;
          threads[number] =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          save(
                              folder,
                              new LineHistory(number),
                              "line " + number,
                              naming -> {
                                both.countDown();
                                both.await();
                                naming.run();
                              });
                          saved[number] = true;
                        } catch (IOException | InterruptedException refused) {
                          saved[number] = false;
                        }
                      });
        }
        for (Thread each : threads) {
          each.join();
        }
        assertTrue(saved[0] ^ saved[1], "both, or none");
        assertEquals("line " + (saved[0] ? 0 : 1), text(folder));
      }
    }
  }

  @DisplayName("H31: whenever an attempt is interrupted, the next one of its line saves its answer")
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void anInterruptAtAnyMoment(boolean isDurable) throws Exception {
    try (SaveFolder folder = open(isDurable)) {
      Thread worker = Thread.currentThread();
      for (int round = 0; round < 200; round++) {
        LineHistory line = new LineHistory(round);
        String text = "round " + round;
        long after = round * 10_000L; // up to 2 ms
        long start = System.nanoTime();
        Thread interrupting =
            Thread.ofPlatform()
                .start(
                    () -> {
                      while (System.nanoTime() - start < after) {
                        Thread.onSpinWait();
                      }
                      worker.interrupt();
                    });
        try {
          save(folder, line, text, AT_ONCE);
        } catch (IOException | InterruptedException cutOff) {
          assertFalse(cutOff instanceof UnsavedException, cutOff.toString());
        }
        join(interrupting);
        save(folder, line, text, AT_ONCE);
        assertIsWhole(folder, text);
        Files.delete(folder.folder().resolve("a"));
      }
    }
  }

  private static void join(Thread thread) {
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException itsOwn) {
        // that was meant for the attempt
      }
    }
    var _ = Thread.interrupted();
  }
}
