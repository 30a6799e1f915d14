package io.millrace.cli.console;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A terminal that shows standard error.
 *
 * @param columns how wide it is
 * @param shared whether it shows standard output, too
 */
public record Terminal(int columns, boolean shared) {
  private static final int USUAL_COLUMNS = 80;
  private static final int ALONE = 10;
  private static final int SHARED = 11;

  /*
   * System.console() tells about standard input and output. The shell's test asks the file
   * descriptor itself, on every system that has one.
   */
  static Optional<Terminal> ofStandardError() {
    String kind = System.getenv("TERM");
    if (kind == null || kind.equals("dumb")) {
      return Optional.empty();
    }
    try {
      int which = which();
      return which == ALONE || which == SHARED
          ? Optional.of(new Terminal(askColumns(), which == SHARED))
          : Optional.empty();
    } catch (IOException noShell) {
      return Optional.empty();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  /** Whether standard output is one, of whatever kind. */
  static boolean isStandardOutput() {
    return is("test -t 1");
  }

  /** Whether standard error is one, of whatever kind. */
  static boolean isStandardError() {
    return is("test -t 2");
  }

  private static boolean is(String test) {
    try {
      return sh(test) == 0;
    } catch (IOException noShell) {
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private static int which() throws IOException, InterruptedException {
    return sh("test -t 2 || exit 1; test -t 1 && exit " + SHARED + "; exit " + ALONE);
  }

  private static int sh(String test) throws IOException, InterruptedException {
    return new ProcessBuilder("sh", "-c", test)
        .redirectOutput(Redirect.INHERIT)
        .redirectError(Redirect.INHERIT)
        .start()
        .waitFor();
  }

  private static int askColumns() throws IOException {
    Process stty =
        new ProcessBuilder("sh", "-c", "stty size <&2").redirectError(Redirect.INHERIT).start();
    String answer = new String(stty.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    return columns(answer);
  }

  /** How wide it is now; as before if it does not say. */
  static int columnsNow(int before) {
    try {
      return askColumns();
    } catch (IOException noShell) {
      return before;
    }
  }

  /** Reads "24 80"; where that is nonsense, or no width is known, it is the usual one. */
  static int columns(String size) {
    String[] parts = size.strip().split(" ", 2);
    return positive(parts[parts.length - 1], USUAL_COLUMNS);
  }

  /** A number above 0, or else the other one. */
  static int positive(String text, int otherwise) {
    try {
      int number = Integer.parseInt(text);
      return number > 0 ? number : otherwise;
    } catch (NumberFormatException none) {
      return otherwise;
    }
  }
}
