package io.millrace.cli.driver;

import io.millrace.cluster.PermitStoreException;
import java.util.Map;
import java.util.regex.Pattern;

/** Says in one line why a job has failed. */
final class Failures {
  static final String IS_THERE =
      "--output is there already: remove it, or give the name of another directory";

  private static final String EXPLAINED = ". Spark says: ";

  /* What Spark adds to a message: the stack traces of workers. */
  private static final Pattern REST =
      Pattern.compile("(?s)(\\. Spark says: |\\R\\s+at |\\RDriver stacktrace:).*");
  private static final Pattern PREFIX =
      Pattern.compile("(?s)Job aborted due to stage failure: .*? most recent failure: .*?: ");
  private static final int LONGEST = 500;

  private static final Map<String, String> KNOWN =
      Map.of(
          SharedFolder.NOT_SHARED,
          SharedFolder.NOT_SHARED
              + ": they are on other machines. Give a directory that all of them share, or a URL as hdfs://host/dir",
          "PATH_ALREADY_EXISTS",
          IS_THERE,
          "All masters are unresponsive",
          "the master does not answer");

  private Failures() {}

  /**
   * The line.
   *
   * @param output that of the job
   */
  static String text(Throwable error, String output) {
    StringBuilder all = new StringBuilder();
    for (Throwable each = error; each != null && all.length() < 100_000; each = each.getCause()) {
      all.append(each).append('\n');
    }
    for (Map.Entry<String, String> known : KNOWN.entrySet()) {
      if (all.indexOf(known.getKey()) >= 0) {
        return known.getValue();
      }
    }
    return "the job has failed: "
        + line(error)
        + (all.indexOf("Permission denied") >= 0 ? ", in " + output : "");
  }

  /* By SparkParallel, where what to do comes first, or by the shared limit. */
  private static boolean isExplained(Throwable error) {
    return error instanceof PermitStoreException
        || String.valueOf(error.getMessage()).contains(EXPLAINED);
  }

  private static String line(Throwable error) {
    Throwable deepest = error;
    while (deepest.getCause() != null && !isExplained(deepest)) {
      deepest = deepest.getCause();
    }
    String message = deepest.getMessage() == null ? deepest.toString() : deepest.getMessage();
    String first = REST.matcher(PREFIX.matcher(message).replaceFirst("")).replaceFirst("");
    String line = first.lines().findFirst().orElse(deepest.getClass().getSimpleName()).strip();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line;
  }
}
