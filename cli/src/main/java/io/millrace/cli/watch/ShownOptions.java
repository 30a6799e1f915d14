package io.millrace.cli.watch;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/** The options of a command that a page shows: those that can never be secret. */
public final class ShownOptions {
  private ShownOptions() {}

  /** Those of a call that have one of these names, with their values as they were given. */
  public static Map<String, String> of(ParseResult call, Set<String> names) {
    Map<String, String> all = new LinkedHashMap<>();
    for (OptionSpec option : call.matchedOptions()) {
      if (names.contains(option.longestName())) {
        all.put(option.longestName(), String.join(" ", option.originalStringValues()));
      }
    }
    return all;
  }
}
