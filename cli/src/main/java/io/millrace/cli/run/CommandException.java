package io.millrace.cli.run;

import io.millrace.cli.process.ProgramEnd;
import java.nio.charset.StandardCharsets;

/** The failure of an item whose command did not succeed. */
final class CommandException extends Exception {
  private static final long serialVersionUID = 1;
  private static final int TIMED_OUT = 124;
  private static final int LONGEST_NAME = 80;
  private final transient ProgramEnd ending;

  /**
   * Says how it ended.
   *
   * @param command the name of the program
   */
  CommandException(ProgramEnd ending, byte[] command) {
    super(text(ending, "'" + name(command) + "'") + advice(ending, command), null, false, false);
    this.ending = ending;
  }

  ProgramEnd ending() {
    return ending;
  }

  /** As a shell and {@code timeout} have it. */
  int code() {
    return switch (ending) {
      case ProgramEnd.Exited(int code) -> code;
      case ProgramEnd.Killed(int signal) -> 128 + signal;
      case ProgramEnd.TimedOut() -> TIMED_OUT;
      case ProgramEnd.NotStarted(int code, _) -> code;
    };
  }

  /** Whether another time could go better. */
  boolean isWorthRepeating() {
    return !(ending instanceof ProgramEnd.NotStarted);
  }

  /** What is wrong, the same for all programs: an item may have named this one. */
  String kind() {
    return text(ending, "the command");
  }

  private static String text(ProgramEnd ending, String command) {
    return switch (ending) {
      case ProgramEnd.Exited(int code) -> "exit code " + code;
      case ProgramEnd.Killed(int signal) -> "killed by " + SignalName.of(signal);
      case ProgramEnd.TimedOut() -> "ended by --timeout";
      case ProgramEnd.NotStarted(int code, var reason) ->
          "cannot start " + command + ": " + reason + " (" + code + ")";
    };
  }

  private static String advice(ProgramEnd ending, byte[] command) {
    boolean isLine =
        ending instanceof ProgramEnd.NotStarted(int code, _)
            && code == ProgramEnd.NOT_FOUND
            && new String(command, StandardCharsets.UTF_8).strip().contains(" ");
    return isLine
        ? ": with --shell a line is a script; without it, each word is an argument of its own, as in -- echo {}"
        : "";
  }

  private static String name(byte[] command) {
    String name = new String(command, StandardCharsets.UTF_8);
    return name.length() <= LONGEST_NAME ? name : name.substring(0, LONGEST_NAME) + " ...";
  }
}
