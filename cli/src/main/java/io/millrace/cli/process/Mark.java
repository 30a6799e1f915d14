package io.millrace.cli.process;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Environment variables that programs inherit, and by which they are recognized, whatever their group or parent is.
 *
 * @param run the value of {@link #RUN}, of one run only
 */
record Mark(String run) {
  static final String RUN = "MILLRACE_RUN";

  /** The variable with the number of the item. */
  static final String ITEM = "MILLRACE_ITEM";

  private static final Path PROCESSES = Path.of("/proc");

  /** The processes of the run. */
  List<Integer> all() {
    return with(List.of(RUN + "=" + run));
  }

  /** The processes of an item. */
  List<Integer> of(String item) {
    return with(List.of(RUN + "=" + run, ITEM + "=" + item));
  }

  private static List<Integer> with(List<String> variables) {
    List<Integer> marked = new ArrayList<>();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROCESSES, "[0-9]*")) {
      for (Path process : processes) {
        if (environment(process).containsAll(variables)) {
          marked.add(Integer.parseInt(process.getFileName().toString()));
        }
      }
    } catch (IOException noSuchSystem) {
      // then its group has to do
    }
    return marked;
  }

  /* Empty also if it is gone, somebody else's, or dead and not yet reaped. */
  private static List<String> environment(Path process) {
    try {
      byte[] all = Files.readAllBytes(process.resolve("environ"));
      return List.of(new String(all, StandardCharsets.ISO_8859_1).split("\0"));
    } catch (IOException gone) {
      return List.of();
    }
  }
}
