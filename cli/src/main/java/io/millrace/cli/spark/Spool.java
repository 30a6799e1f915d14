package io.millrace.cli.spark;

import io.millrace.cli.console.Streams;
import io.millrace.cli.http.ClusterHttpOptions;
import io.millrace.cli.resume.WrittenFiles.UnusableFileException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * The input as a file, which can be read from any place: what is none is copied into one, that lasts as long as this.
 *
 * @param isCopy whether closing removes it
 */
record Spool(Path file, boolean isCopy) implements AutoCloseable {
  /** With what the command tells the driver where the copy is. */
  static final String PROPERTY = "millrace.spark.input";

  /** With what it tells whether that is one: the driver removes it as well, if the command was killed. */
  static final String COPY = "millrace.spark.copy";

  static Spool of(Streams streams, @Nullable String from)
      throws IOException, UnusableFileException {
    String given = System.getProperty(PROPERTY);
    if (given != null) {
      return new Spool(Path.of(given), Boolean.getBoolean(COPY));
    }
    try (InputStream in = ClusterHttpOptions.openInput(streams, from)) {
      if (from != null && ClusterHttpOptions.isFile(from) && Files.isRegularFile(Path.of(from))) {
        return new Spool(Path.of(from).toAbsolutePath(), false);
      }
      Path copy = Files.createTempFile("millrace-lines", ".txt");
      copy.toFile().deleteOnExit(); // after a signal
      try {
        Files.copy(in, copy, StandardCopyOption.REPLACE_EXISTING);
      } catch (IOException | RuntimeException | Error broken) {
        Files.delete(copy);
        throw broken;
      }
      return new Spool(copy, true);
    }
  }

  @Override
  public void close() throws IOException {
    if (isCopy) {
      Files.deleteIfExists(file);
    }
  }
}
