package io.millrace.process;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a start that fails says, and leaves behind. */
class StartFailureTest {
  private static final int TIMES = 20;

  /* In a JVM of its own, because java.io.tmpdir is read once, and descriptors are counted. */
  private static String run(String mode, Path temp) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process parent =
        new ProcessBuilder(
                List.of(
                    java,
                    "-XX:+UseSerialGC",
                    "-XX:TieredStopAtLevel=1",
                    "-Djava.io.tmpdir=" + temp,
                    "-cp",
                    System.getProperty("java.class.path"),
                    Parent.class.getName(),
                    mode))
            .redirectError(Redirect.INHERIT)
            .start();
    String output = new String(parent.getInputStream().readAllBytes());
    assertEquals(0, parent.waitFor(), output);
    return output;
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @DisplayName("P6: a socket that cannot be made is a clear reason, and leaves no descriptor open")
  void socketsThatCannotBeMade(@TempDir Path temp) throws Exception {
    Path tooLong = Files.createDirectories(temp.resolve("x".repeat(100)));

    String output = run("socket", tooLong);

    assertTrue(output.contains("could not be started: java.net.SocketException: "), output);
    assertTrue(output.contains("java.io.tmpdir, which is " + tooLong), output);
    assertTrue(output.contains("left open: 0"), output);
    try (Stream<Path> files = Files.list(tooLong)) {
      assertEquals(List.of(), files.toList());
    }
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @DisplayName("P6: a directory that is not there is a clear reason")
  void directoriesThatAreNotThere(@TempDir Path temp) throws Exception {
    String output = run("socket", temp.resolve("nowhere"));

    assertTrue(output.contains("could not be started: java.nio.file.NoSuchFileException"), output);
    assertTrue(output.contains("java.io.tmpdir, which is "), output);
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  @DisplayName("P6: a setup that fails leaves no descriptor open")
  void failingSetups(@TempDir Path temp) throws Exception {
    String output = run("setup", temp);

    assertTrue(output.contains("failed: java.io.IOException: no data"), output);
    assertTrue(output.contains("left open: 0"), output);
  }

  @Test
  @DisplayName("P6: a working directory that is not there is named")
  void workingDirectories(@TempDir Path temp) {
    Path nowhere = temp.resolve("nowhere");
    try (ProcessPool pool = ProcessPool.open(Quiet.workers(1).directory(nowhere))) {
      var error = assertThrows(WorkerStartException.class, () -> pool.call(() -> 1));
      assertTrue(error.getMessage().contains(nowhere.toString()), error::getMessage);
    }
  }

  /** A program with a pool that cannot start. */
  static final class Parent {
    private Parent() {}

    public static void main(String[] args) throws Exception {
      ProcessOptions options = Quiet.workers(1);
      if (args[0].equals("setup")) {
        options =
            options.setup(
                () -> {
                  throw new IOException("no data");
                });
      }
      try (ProcessPool pool = ProcessPool.open(options)) {
        fail(pool); // loads and opens what is opened once
        long before = descriptors();
        for (int i = 0; i < (args[0].equals("setup") ? 3 : TIMES); i++) {
          fail(pool);
        }
        System.out.println("left open: " + (descriptors() - before));
      }
    }

    private static void fail(ProcessPool pool) throws Exception {
      try {
        pool.call(() -> 1);
      } catch (WorkerStartException e) {
        System.out.println(e.getMessage());
      }
    }

    private static long descriptors() throws IOException {
      try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
        return all.count();
      }
    }
  }
}
