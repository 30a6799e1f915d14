package io.millrace.cli.resume;

import io.millrace.cli.console.Streams;
import io.millrace.outcome.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What people are told at the end of a run that has not done everything: the command that goes on with it.
 *
 * @param again the command that was given
 * @param hasCheckpoint whether that command goes on where the run was
 * @param standard which of the standard streams have the items and their answers
 */
public record ResumeHint(Rerun again, boolean hasCheckpoint, Standard standard, Streams streams) {
  /**
   * Which streams are used.
   *
   * @param in whether the items come from standard input
   * @param out whether the answers go to standard output
   */
  public record Standard(boolean in, boolean out) {}

  private static final int APPENDING = 02000;

  /**
   * The lines to print; none if there is nothing to go on with.
   *
   * @param failures items that have failed, and would run again
   */
  public List<String> lines(RunStatus status, long failures) {
    boolean isOver = status == RunStatus.COMPLETED;
    if (isOver && (failures == 0 || !hasCheckpoint)) {
      return List.of();
    }
    if (!hasCheckpoint) {
      return List.of("  nothing is kept to go on with: the option --checkpoint FILE does that");
    }
    Optional<String> input = standard.in() ? file(0) : Optional.empty();
    Optional<String> output = standard.out() ? file(1) : Optional.empty();
    String what = isOver ? "  to run again what has failed" : "  to go on";
    String how = standard.in() && input.isEmpty() ? ", give the same input to:" : ":";
    String missing = again.isWhole() ? "" : "  (" + Rerun.MISSING + ")";
    String line = "    " + again.text(input, output);
    // a word may have several lines, and empty ones
    return Stream.of(what + how, line, missing).flatMap(String::lines).toList();
  }

  /** The file to which a shell has led a standard stream, if that can be done again. */
  private Optional<String> file(int descriptor) {
    if (!streams.isProcess()) {
      return Optional.empty();
    }
    try {
      Path file = Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor));
      return Files.isRegularFile(file) && !isAppendedTo(descriptor)
          ? Optional.of(file.toString())
          : Optional.empty();
    } catch (IOException | UnsupportedOperationException unknown) {
      return Optional.empty();
    }
  }

  private static boolean isAppendedTo(int descriptor) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/fdinfo/" + descriptor)).stream()
        .filter(line -> line.startsWith("flags:"))
        .map(line -> line.substring("flags:".length()).strip())
        .anyMatch(flags -> (Integer.parseInt(flags, 8) & APPENDING) != 0);
  }
}
