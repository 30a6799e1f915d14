package io.millrace.process;

import io.millrace.base.Visible;
import java.util.List;
import java.util.stream.Collectors;

/**
 * How a worker process ended.
 *
 * @param exitCode as the system tells it
 * @param lastLines of its standard error
 */
record Ending(int exitCode, List<String> lastLines) {
  private static final int SIGNALLED = 128;
  private static final int KILL = SIGNALLED + 9;

  /* What the JVM does with -XX:+ExitOnOutOfMemoryError. */
  private static final int OUT_OF_MEMORY = 3;
  private static final String OUT_OF_MEMORY_TEXT = "java.lang.OutOfMemoryError";

  boolean outOfMemory() {
    return exitCode == OUT_OF_MEMORY
        && lastLines.stream().anyMatch(line -> line.contains(OUT_OF_MEMORY_TEXT));
  }

  /* Whoever fails a thousand tasks must not fill the log with what it has printed. */
  private static final int MOST_CHARACTERS = 400;

  /* Without its id: what many tasks fail with is one cause. */
  String message(String when) {
    return "a worker process " + how() + " " + when + printed();
  }

  private String how() {
    if (outOfMemory()) {
      return "ran out of memory (see ProcessOptions.memoryLimit)";
    }
    if (exitCode == KILL) {
      return "was killed (exit code " + exitCode + "), perhaps for lack of memory,";
    }
    if (exitCode > SIGNALLED) {
      return "was ended by signal " + (exitCode - SIGNALLED) + " (exit code " + exitCode + ")";
    }
    return "ended with exit code " + exitCode;
  }

  private String printed() {
    return lastLines.isEmpty()
        ? ", and printed nothing to its standard error"
        : lastLines.stream()
            .map(
                line ->
                    line.length() <= MOST_CHARACTERS
                        ? Visible.of(line)
                        : Visible.of(line.substring(0, MOST_CHARACTERS)) + "...")
            .collect(Collectors.joining("\n  ", "; the last lines of its standard error:\n  ", ""));
  }
}
