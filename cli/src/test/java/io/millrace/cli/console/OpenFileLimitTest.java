package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.InputStream;
import java.io.PrintStream;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class OpenFileLimitTest {
  @DisplayName("C10: a message names the limit, what is needed, and what to do")
  @Test
  void messages() {
    OpenFileLimit limit = new OpenFileLimit(120, 60);
    assertEquals(10, limit.jobs(200, 6));
    assertEquals(
        Optional.of(
            "only 10 at once: the limit of open files is 120, and --jobs 200 needs 1260; raise it with ulimit -n"),
        limit.tooLowFor(200, 6));
    assertEquals(
        Optional.of(
            "only 10 at once: the limit of open files is 120, and --jobs 1000000000 needs 6000000060; raise it with ulimit -n"),
        limit.tooLowFor(1_000_000_000, 6));
    assertEquals(Optional.empty(), limit.tooLowFor(10, 6));
    assertEquals(1, new OpenFileLimit(60, 0).jobs(8, 6), "perhaps one can do");
  }

  @DisplayName("C10: a part of another program has no limit of its own")
  @Test
  void notOfAPart() {
    Streams streams =
        Streams.of(
            InputStream.nullInputStream(),
            new PrintStream(PrintStream.nullOutputStream()),
            new PrintStream(PrintStream.nullOutputStream()),
            Map.of());
    assertEquals(Optional.empty(), OpenFileLimit.of(streams));
  }
}
