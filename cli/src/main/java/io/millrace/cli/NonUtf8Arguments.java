package io.millrace.cli;

import io.millrace.cli.text.ByteText;
import java.util.List;
import java.util.Optional;

/** Refuses arguments that are not UTF-8: the command reads arguments as UTF-8 in any locale. */
final class NonUtf8Arguments {
  /** Its value is not read, but handed on as it is. */
  private static final String OF_BYTES = "--env";

  private NonUtf8Arguments() {}

  /** What is wrong with the arguments; none of them is repeated, but for the name of an option. */
  static Optional<String> problem(List<String> arguments) {
    String before = "";
    for (int index = 0; index < arguments.size(); index++) {
      String argument = arguments.get(index);
      int equals = argument.startsWith("--") ? argument.indexOf('=') : -1;
      String option = equals < 0 ? before : argument.substring(0, equals);
      if (!ByteText.isUtf8(argument) && !option.equals(OF_BYTES)) {
        return Optional.of(
            "millrace: "
                + (isName(option) ? "the value of " + option : "argument " + (index + 1))
                + " is no UTF-8: arguments are read as UTF-8 in any locale, also names of files");
      }
      before = argument;
    }
    return Optional.empty();
  }

  private static boolean isName(String option) {
    return option.matches("--[a-z]+(-[a-z]+)*|-[a-z]");
  }
}
