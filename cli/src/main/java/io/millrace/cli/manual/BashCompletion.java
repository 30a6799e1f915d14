package io.millrace.cli.manual;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The script that completes words of the command in bash. */
public final class BashCompletion {
  private static final String START =
      """
      # Completes words of millrace in bash.

      _millrace() {
        local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} index
        local options files directories values operands
        COMPREPLY=()
        # bash makes three words of --output=FILE
        if [[ $word == = ]]; then
          word=
        elif [[ $before == = ]]; then
          before=${COMP_WORDS[COMP_CWORD - 2]}
        fi
        # what stands behind -- is of another command
        for ((index = 2; index < COMP_CWORD; index++)); do
          if [[ ${COMP_WORDS[index]} == -- ]]; then
            _millrace_command $((index + 1))
            return
          fi
        done
        if ((COMP_CWORD == 1)); then
          COMPREPLY=($(compgen -W '@FIRST@' -- "$word"))
          return
        fi
        case ${COMP_WORDS[1]} in
      """;

  private static final String END =
      """
          *) return ;;
        esac
        if [[ " $files " == *" $before "* ]]; then
          _millrace_paths -f
        elif [[ " $directories " == *" $before "* ]]; then
          _millrace_paths -d
        elif [[ " $values " == *" $before "* ]]; then
          return
        elif [[ $word == -* ]]; then
          COMPREPLY=($(compgen -W "$options" -- "$word"))
        elif [[ $operands == files ]]; then
          _millrace_paths -f
        fi
      }

      _millrace_paths() {
        local path
        while IFS= read -r path; do
          COMPREPLY+=("$path")
        done < <(compgen "$1" -- "$word")
        compopt -o filenames 2>/dev/null
      }

      _millrace_command() {
        if [[ ${COMP_WORDS[1]} != run ]]; then
          _millrace_paths -f
        elif declare -F _command_offset >/dev/null; then
          _command_offset "$1"
        elif (($1 == COMP_CWORD)); then
          COMPREPLY=($(compgen -c -- "$word"))
        else
          _millrace_paths -f
        fi
      }

      complete -F _millrace millrace
      """;

  private BashCompletion() {}

  /** The script for a command with subcommands. */
  public static String of(CommandLine command) {
    StringBuilder script = new StringBuilder();
    Stream<String> first =
        Stream.concat(
            command.getSubcommands().keySet().stream(), names(Offer.of(command.getCommandSpec())));
    script.append(START.replace("@FIRST@", first.collect(Collectors.joining(" "))));
    command.getSubcommands().values().forEach(each -> script.append(of(each.getCommandSpec())));
    return script.append(END).toString();
  }

  private static String of(CommandSpec spec) {
    List<Offer> offers = Offer.of(spec);
    return """
            %s)
              options='%s'
              files='%s'
              directories='%s'
              values='%s'
              operands=%s
              ;;
        """
        .formatted(
            spec.name(),
            names(offers).collect(Collectors.joining(" ")),
            with(Offer.Value.FILE, offers),
            with(Offer.Value.DIRECTORY, offers),
            with(Offer.Value.ANY, offers),
            Offer.takesFiles(spec) ? "files" : "none");
  }

  private static Stream<String> names(List<Offer> offers) {
    return offers.stream().flatMap(each -> each.names().stream());
  }

  private static String with(Offer.Value value, List<Offer> offers) {
    return names(offers.stream().filter(each -> each.value() == value).toList())
        .collect(Collectors.joining(" "));
  }
}
