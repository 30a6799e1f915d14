package io.millrace.cli.manual;

import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The script that completes words of the command in fish. */
public final class FishCompletion {
  private static final String START =
      """
      # Completes words of millrace in fish.

      function __millrace_before
          set -l words (commandline -opc)
          test (count $words) -eq 1
      end

      # in the options and operands of a command, not behind --
      function __millrace_in
          set -l words (commandline -opc)
          test (count $words) -ge 2; and test $words[2] = $argv[1]; and not contains -- -- $words
      end

      # behind -- is another command
      function __millrace_behind
          set -l words (commandline -opc)
          test (count $words) -ge 2; and test $words[2] = run; and contains -- -- $words
      end

      function __millrace_command
          set -l words (commandline -opc)
          set -l behind $words[(math (contains -i -- -- $words) + 1)..-1]
          complete -C (string join ' ' -- (string escape -- $behind) (commandline -ct))
      end

      complete -c millrace -f
      complete -c millrace -n __millrace_behind -x -a '(__millrace_command)'
      """;

  private FishCompletion() {}

  /** The script for a command with subcommands. */
  public static String of(CommandLine command) {
    StringBuilder script = new StringBuilder(START);
    command
        .getSubcommands()
        .forEach(
            (name, each) ->
                script.append(
                    "complete -c millrace -n __millrace_before -a %s -d %s\n"
                        .formatted(
                            name, quoted(Offer.summary(ManualPage.about(each.getCommandSpec()))))));
    script.append(of("__millrace_before", command.getCommandSpec()));
    command
        .getSubcommands()
        .forEach(
            (name, each) ->
                script.append(of("'__millrace_in " + name + "'", each.getCommandSpec())));
    return script.toString();
  }

  private static String of(String condition, CommandSpec spec) {
    String start = "complete -c millrace -n " + condition;
    String operands = Offer.takesFiles(spec) ? start + " -F\n" : "";
    return "\n"
        + operands
        + Offer.of(spec).stream()
            .map(each -> start + names(each) + value(each) + " -d " + quoted(each.summary()) + "\n")
            .collect(Collectors.joining());
  }

  private static String names(Offer offer) {
    return offer.names().stream()
        .map(
            name -> name.startsWith("--") ? " -l " + name.substring(2) : " -s " + name.substring(1))
        .collect(Collectors.joining());
  }

  private static String value(Offer offer) {
    return switch (offer.value()) {
      case NONE -> "";
      case FILE -> " -r -F";
      case DIRECTORY -> " -x -a '(__fish_complete_directories)'";
      case ANY -> " -x";
    };
  }

  private static String quoted(String text) {
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'";
  }
}
