package io.millrace.cli.run;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Which options take the place of those of {@code xargs} and GNU parallel that this command does not have. */
public final class ForeignOptions {
  private static final Map<String, String> INSTEAD = new HashMap<>();

  static {
    List.of("-n", "-N", "-L", "-l", "-X", "-m", "-s", "--max-args", "--max-lines", "--xargs")
        .forEach(
            option ->
                INSTEAD.put(
                    option,
                    "each line is a command of its own; for several items a command, see 'From xargs and parallel' in docs/run.md"));
    List.of("-I", "-i", "--replace").forEach(option -> INSTEAD.put(option, "{} is the line"));
    List.of("-d", "--delimiter")
        .forEach(option -> INSTEAD.put(option, "lines end in a line feed, or with -0 in a byte 0"));
    List.of("-a", "--arg-file")
        .forEach(
            option ->
                INSTEAD.put(option, "files stand before --, as in 'millrace run FILE -- gzip {}'"));
    List.of("-k", "--keep-order").forEach(option -> INSTEAD.put(option, "it is --ordered here"));
    List.of("-t", "-p", "--verbose", "--interactive")
        .forEach(option -> INSTEAD.put(option, "--dry-run shows the commands"));
    List.of("-r", "--no-run-if-empty")
        .forEach(option -> INSTEAD.put(option, "without lines nothing runs, so leave it out"));
    List.of("-C", "--colsep", "--header").forEach(option -> INSTEAD.put(option, "see --csv"));
    INSTEAD.put("--max-procs", "it is --jobs here");
    INSTEAD.put("--null", "it is -0 here");
    INSTEAD.put("--pipe", "it is --stdin here");
    INSTEAD.put("--delay", "see --rate");
    INSTEAD.put("--halt", "see --max-failures and --fail-rate");
    INSTEAD.put("--joblog", "see --log, --json and --checkpoint");
    INSTEAD.put("--resume", "see --checkpoint");
    INSTEAD.put("--results", "it is --output-dir here");
    INSTEAD.put("--bar", "progress is shown unless --quiet is given, so leave it out");
    INSTEAD.put("--eta", "progress is shown unless --quiet is given, so leave it out");
  }

  private ForeignOptions() {}

  /** What to do instead of giving this option. */
  public static Optional<String> instead(String option) {
    return Optional.ofNullable(INSTEAD.get(option));
  }
}
