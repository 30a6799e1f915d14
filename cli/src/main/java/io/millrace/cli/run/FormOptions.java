package io.millrace.cli.run;

import io.millrace.cli.text.ByteText;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;

/** The options that say how a command is made of an item. */
final class FormOptions {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_]\\w*");

  @Option(
      names = "--fields",
      description = "{name} is a field, also if the first line is no JSON: that line fails.")
  private boolean fields;

  @Option(names = "--no-fields", description = "{name} is no field, but text like any other.")
  private boolean noFields;

  @Option(
      names = "--shell",
      description =
          "The command is a script of /bin/sh. Lines come as its parameters, which it never reads as code.")
  private boolean shell;

  @Option(names = "--stdin", description = "The command reads the line.")
  private boolean stdin;

  @Option(
      names = "--env",
      paramLabel = "NAME[=VALUE]",
      description =
          "Set this variable to the line, or to a value with {}, {#} and {name}; can be given several times.")
  private List<String> variables = new ArrayList<>();

  /** What is wrong with the options. */
  Optional<String> conflict() {
    if (fields && noFields) {
      return Optional.of("--fields and --no-fields exclude each other");
    }
    return variables.stream()
        .map(FormOptions::name)
        .filter(name -> !NAME.matcher(name).matches())
        .map(name -> "--env: '" + name + "' is not the name of a variable")
        .findFirst();
  }

  private static String name(String variable) {
    int equals = variable.indexOf('=');
    return equals < 0 ? variable : variable.substring(0, equals);
  }

  /**
   * What is run for an item.
   *
   * @param isZeroTerminated whether items end in a byte 0
   * @param mayHave whether items may have fields
   */
  CommandForm form(List<byte[]> words, boolean isZeroTerminated, Template.Fields mayHave) {
    Template.Fields known = noFields ? Template.Fields.NONE : mayHave;
    Template command = Template.parse(words, known);
    Map<String, Template> environment = new LinkedHashMap<>();
    for (String variable : variables) {
      int equals = variable.indexOf('=');
      String value = equals < 0 ? "{}" : variable.substring(equals + 1);
      environment.put(name(variable), Template.parse(List.of(ByteText.bytes(value)), known));
    }
    if (!command.hasPlaces() && !stdin && environment.isEmpty()) {
      command = command.withItem();
    }
    return new CommandForm(
        shell ? Shell.command(command) : command, environment, input(isZeroTerminated));
  }

  /** Whether {@code {name}} is a field, whatever the lines are. */
  boolean areFieldsKnown() {
    return fields;
  }

  /** What stands in braces as the name of a field does. */
  Set<String> named(List<byte[]> words) {
    if (noFields) {
      return Set.of();
    }
    List<byte[]> all = new ArrayList<>(words);
    variables.forEach(variable -> all.add(ByteText.bytes(variable)));
    return Template.parse(all, Template.Fields.KNOWN).fields();
  }

  /** What stands in braces that are text, although they may be meant for a field. */
  Set<String> bracedTexts(CommandForm form) {
    return noFields ? Set.of() : form.bracedTexts();
  }

  private CommandForm.Input input(boolean isZeroTerminated) {
    if (!stdin) {
      return CommandForm.Input.NOTHING;
    }
    return isZeroTerminated ? CommandForm.Input.ITEM : CommandForm.Input.LINE;
  }

  /** As it stands on a command line: what decides what comes of an item, besides the command. */
  String shown() {
    return (noFields ? " --no-fields" : "")
        + (shell ? " --shell" : "")
        + (stdin ? " --stdin" : "")
        + String.join("", variables.stream().map(variable -> " --env " + shown(variable)).toList());
  }

  /* Different bytes are different texts, also where they are no UTF-8. */
  private static String shown(String variable) {
    return ByteText.isUtf8(variable) ? variable : Template.text(ByteText.bytes(variable));
  }
}
