package io.millrace.bench.peer;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;

/** Directories for files that are measured: in {@code bench/target}, on the disk of the project and not in memory. */
public final class Directories {
  private Directories() {}

  public static Path create() throws IOException {
    return Files.createTempDirectory(Files.createDirectories(Path.of("bench", "target")), "kept");
  }

  public static void delete(Path directory) throws IOException {
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
