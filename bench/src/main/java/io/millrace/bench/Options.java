package io.millrace.bench;

import io.millrace.bench.work.Effort;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * What the command line asks for.
 *
 * @param only a workload takes part if this is found in its name
 * @param write whether the results file is written
 */
record Options(Effort effort, Pattern only, boolean write) {
  private static final Pattern EVERYTHING = Pattern.compile("");
  static final String USAGE =
      "usage: bench/run compare [--quick] [--only REGEX] [--before COMMIT|none] [--write]";

  /**
   * Reads the arguments.
   *
   * @throws IllegalArgumentException if they make no sense; the message says why
   */
  static Options parse(String... args) {
    Effort effort = Effort.FULL;
    Pattern only = EVERYTHING;
    boolean write = false;
    for (int i = 0; i < args.length; i++) {
      switch (args[i]) {
        case "--quick" -> effort = Effort.QUICK;
        case "--write" -> write = true;
        case "--only" -> {
          i++;
          if (i == args.length) {
            throw new IllegalArgumentException("--only needs a regular expression");
          }
          only = pattern(args[i]);
        }
        default -> throw new IllegalArgumentException("what is " + args[i] + "?");
      }
    }
    if (write && only != EVERYTHING) {
      throw new IllegalArgumentException("--write is for all workloads: leave --only out");
    }
    return new Options(effort, only, write);
  }

  private static Pattern pattern(String regex) {
    try {
      return Pattern.compile(regex);
    } catch (PatternSyntaxException broken) {
      throw new IllegalArgumentException("--only: " + broken.getMessage(), broken);
    }
  }
}
