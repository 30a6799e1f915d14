package io.millrace.cli.manual;

import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The script that completes words of the command in zsh. */
public final class ZshCompletion {
  private static final String START =
      """
      #compdef millrace
      # Completes words of millrace in zsh.

      _millrace() {
        local context state state_descr line
        typeset -A opt_args
        # what stands behind -- is of another command
        local -i separator=${words[(i)--]}
        if ((separator < CURRENT)) && [[ ${words[2]} == run ]]; then
          shift separator words
          ((CURRENT -= separator))
          _normal
          return
        fi
        if ((CURRENT == 2)); then
          _arguments @OPTIONS@ '1:command:_millrace_commands'
          return
        fi
        shift words
        ((CURRENT -= 1))
        case ${words[1]} in
      """;

  private static final String END =
      """
        esac
      }

      _millrace_commands() {
        local -a commands=(
      @COMMANDS@  )
        _describe command commands
      }

      _millrace "$@"
      """;

  private ZshCompletion() {}

  /** The script for a command with subcommands. */
  public static String of(CommandLine command) {
    StringBuilder script = new StringBuilder();
    script.append(START.replace("@OPTIONS@", options(command.getCommandSpec(), " ")));
    command
        .getSubcommands()
        .forEach((name, each) -> script.append(of(name, each.getCommandSpec())));
    String commands =
        command.getSubcommands().entrySet().stream()
            .map(each -> "    " + described(each.getKey(), each.getValue().getCommandSpec()) + "\n")
            .collect(Collectors.joining());
    return script.append(END.replace("@COMMANDS@", commands)).toString();
  }

  private static String described(String name, CommandSpec spec) {
    return Offer.quoted(name + ":" + Offer.summary(ManualPage.about(spec)));
  }

  private static String of(String name, CommandSpec spec) {
    String separator = " \\\n        ";
    String operands = Offer.takesFiles(spec) ? separator + "'*:file:_files'" : "";
    return "    %s)\n      _arguments -S%s%s%s\n      ;;\n"
        .formatted(name, separator, options(spec, separator), operands);
  }

  private static String options(CommandSpec spec, String separator) {
    return Offer.of(spec).stream()
        .flatMap(ZshCompletion::specifications)
        .collect(Collectors.joining(separator));
  }

  private static Stream<String> specifications(Offer offer) {
    String others = offer.isRepeatable() ? "*" : "(" + String.join(" ", offer.names()) + ")";
    return offer.names().stream()
        .map(name -> Offer.quoted(others + name + assigned(name, offer) + tail(offer)));
  }

  private static String assigned(String name, Offer offer) {
    if (offer.value() == Offer.Value.NONE) {
      return "";
    }
    return name.startsWith("--") ? "=" : "+";
  }

  private static String tail(Offer offer) {
    String summary = "[" + escaped(offer.summary()) + "]";
    String label = ":" + escaped(offer.label()) + ":";
    return switch (offer.value()) {
      case NONE -> summary;
      case FILE -> summary + label + "_files";
      case DIRECTORY -> summary + label + "_files -/";
      case ANY -> summary + label;
    };
  }

  private static String escaped(String text) {
    return text.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]").replace(":", "\\:");
  }
}
