package io.millrace.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever a thread of the command meets, the command ends, and says what it was. */
@NoLeaks
@Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
class DyingThreadsTest {

  /** Fails when it is read. */
  private static final class Failing extends InputStream {
    private final Supplier<Throwable> error;

    Failing(Supplier<Throwable> error) {
      this.error = error;
    }

    @Override
    public int read() throws IOException {
      switch (error.get()) {
        case IOException checked -> throw checked;
        case RuntimeException unchecked -> throw unchecked;
        case Error fatal -> throw fatal;
        default -> throw new IllegalStateException();
      }
    }
  }

  private static InputStream failingAfter(String lines, Supplier<Throwable> error) {
    return new SequenceInputStream(
        new ByteArrayInputStream(lines.getBytes(StandardCharsets.US_ASCII)), new Failing(error));
  }

  static Stream<Arguments> errors() {
    return Stream.of(
        Arguments.of(
            (Supplier<Throwable>) () -> new OutOfMemoryError("Java heap space"),
            "out of memory (Java heap space): --max-line bounds what a line may take"),
        Arguments.of((Supplier<Throwable>) StackOverflowError::new, "StackOverflowError"),
        Arguments.of(
            (Supplier<Throwable>) () -> new IllegalStateException("a stream of others"),
            "a stream of others"),
        Arguments.of((Supplier<Throwable>) () -> new IOException("gone"), "gone"));
  }

  @DisplayName(
      "C17: whatever the thread that reads the input dies of, the run ends with what was read, and says it")
  @ParameterizedTest
  @MethodSource("errors")
  void theInputOfRun(Supplier<Throwable> error, String said) {
    Cli cli = Cli.run(failingAfter("one\ntwo\n", error), "run", "--quiet", "--", "echo");
    assertEquals(1, cli.code());
    assertEquals(
        "millrace run: item 3: the input cannot be read further: " + said + "\n", cli.err());
    assertEquals(Stream.of("one", "two").toList(), cli.out().lines().sorted().toList());
  }

  @DisplayName(
      "H9: whatever the thread that reads the input dies of, a line says it, and the run ends")
  @ParameterizedTest
  @MethodSource("errors")
  void theInputOfHttp(Supplier<Throwable> error, String said) {
    Cli cli = Cli.run(failingAfter("# one\n", error), "http", "--quiet");
    assertEquals(1, cli.code());
    assertEquals(
        "line 2: the input cannot be read further: " + said, cli.line().get("error").stringValue());
  }

  @DisplayName("C17: a command that finds no memory says so in one line, and exits with 1")
  @ParameterizedTest
  @MethodSource("commands")
  void noMemory(String in, String[] args) {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream out =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int octet) {
                throw new OutOfMemoryError("Java heap space");
              }
            },
            true,
            StandardCharsets.UTF_8);
    InputStream lines = new ByteArrayInputStream(in.getBytes(StandardCharsets.US_ASCII));
    assertEquals(1, Main.run(Map.of(), lines, out, Cli.utf8(err), args));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.startsWith("millrace: out of memory (Java heap space): "), said);
    assertEquals(1, said.lines().count(), said);
  }

  static Stream<Arguments> commands() {
    return Stream.of(
        Arguments.of("1\n2\n", new String[] {"run", "--quiet", "--", "echo"}),
        Arguments.of("1\n2\n", new String[] {"run", "--dry-run", "--", "echo"}),
        Arguments.of("http://x.example/\n", new String[] {"http", "--dry-run", "--quiet"}),
        Arguments.of("no URL\n", new String[] {"http", "--quiet"}));
  }

  @DisplayName("C17: a command that meets another error of the JVM says where, and exits with 1")
  @Test
  void anotherError() {
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    PrintStream out =
        new PrintStream(
            new OutputStream() {
              @Override
              public void write(int octet) {
                throw new InternalError("broken");
              }
            },
            true,
            StandardCharsets.UTF_8);
    InputStream lines = new ByteArrayInputStream("1\n".getBytes(StandardCharsets.US_ASCII));
    assertEquals(1, Main.run(Map.of(), lines, out, Cli.utf8(err), "run", "--quiet", "--", "echo"));
    String said = err.toString(StandardCharsets.UTF_8);
    assertTrue(said.startsWith("millrace: defect: java.lang.InternalError: broken at "), said);
    assertEquals(1, said.lines().count(), said);
  }
}
