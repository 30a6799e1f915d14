package io.millrace.cli.spark;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** Options of {@code millrace http} that mean nothing on a cluster, with the reason. */
public final class OneMachineOptions {
  private static final Map<String, String> REASONS = new LinkedHashMap<>();

  static {
    put(
        "one run at a time can have a checkpoint, and each worker has a run; parts that are whole stay in the output",
        "--checkpoint",
        "--checkpoint-version",
        "--key");
    put(
        "the workers do not know of each other's failures: filter what has 'error' in the output",
        "--max-failures",
        "--fail-rate",
        "--stop-on");
    put("each worker would spend all of it", "--max-calls", "--max-cost");
    put(
        "tokens are counted by 'millrace http' alone: give a --rate of requests",
        "--tokens",
        "--cost",
        "--usage");
    put("Spark ends calls at once", "--grace");
    put("how far a worker reads ahead follows from --jobs", "--window");
    put("the files would have to be on all workers: give 'body'", "--body-dir");
    put("the files would be spread over the workers: bodies stand in the output", "--save-dir");
    put("lines that failed stand in the output, with their 'error'", "--failed");
    put(
        "it tells of the run of one process: Spark's own page has stages and tasks, with --conf spark.ui.enabled=true",
        "--log",
        "--report",
        "--ui");
    put("a directory is not replaced: remove it, or give another one", "--force");
    put("'millrace http --dry-run' looks at the same lines", "--dry-run");
  }

  /* What the others say that speaks of these, or of one process. */
  private static final Map<String, String> OTHERWISE =
      Map.of(
          "--max-body",
          "A line with a larger answer fails (default: 10000000).",
          "--max-memory",
          "On each worker, for the bodies and large headers of all answers together, until they are written, for example "
              + "200m; further ones wait (default: a quarter of its heap).",
          "--retry-budget",
          "Of each host's requests, a worker repeats at most so many in vain, and 100 more in 10 s (default: 10%%; none has "
              + "no limit). What the host asks for with 429 or Retry-After is not counted.",
          "--idempotency-key",
          "Send an Idempotency-Key with each line that has none, so that POST can be repeated: the same in all its "
              + "attempts, and when its task is done again.");

  private OneMachineOptions() {}

  private static void put(String reason, String... options) {
    List.of(options).forEach(option -> REASONS.put(option, reason));
  }

  /** Why there is no such option; empty if it is not known at all. */
  public static Optional<String> reason(String option) {
    return Optional.ofNullable(REASONS.get(option))
        .map(reason -> "there is none on a cluster: " + reason);
  }

  /** Takes them out of a command, and out of what its other options say. */
  public static void removeFrom(CommandSpec spec) {
    for (String name : REASONS.keySet()) {
      OptionSpec option = spec.findOption(name);
      if (option != null) {
        spec.remove(option);
      }
    }
    OTHERWISE.forEach(
        (name, description) -> {
          OptionSpec option = spec.findOption(name);
          spec.remove(option);
          spec.addOption(OptionSpec.builder(option).description(description).build());
        });
  }
}
