package io.millrace.cli.process;

/** How a program ended. */
public sealed interface ProgramEnd {
  /** What a shell says of a command that it does not find. */
  int NOT_FOUND = 127;

  /** What a shell says of a command that it cannot run. */
  int NOT_EXECUTABLE = 126;

  /** By itself, with an exit code. */
  record Exited(int code) implements ProgramEnd {}

  /** By a signal that came from elsewhere. */
  record Killed(int signal) implements ProgramEnd {}

  /** It took too long, and was ended. */
  record TimedOut() implements ProgramEnd {}

  /**
   * It could not be started.
   *
   * @param code as that of a shell
   * @param reason in a few words
   */
  record NotStarted(int code, String reason) implements ProgramEnd {}

  /** Whether that is a success. */
  default boolean isSuccess() {
    return this instanceof Exited(int code) && code == 0;
  }

  /** Of the status that the system tells. */
  static ProgramEnd ofStatus(int status) {
    int signal = status & 0x7f;
    return signal == 0 ? new Exited((status >> 8) & 0xff) : new Killed(signal);
  }

  /** Of the number of an error. */
  static ProgramEnd ofError(int errno) {
    return switch (errno) {
      case 2 -> new NotStarted(NOT_FOUND, "no such command");
      case 7 -> new NotStarted(NOT_EXECUTABLE, "the arguments are too long");
      case 8 ->
          new NotStarted(NOT_EXECUTABLE, "no program: a script needs a first line like #!/bin/sh");
      case 11 -> new NotStarted(NOT_EXECUTABLE, "no more processes are allowed");
      case 12 -> new NotStarted(NOT_EXECUTABLE, "not enough memory");
      case 13 -> new NotStarted(NOT_EXECUTABLE, "permission denied");
      case 23, 24 -> new NotStarted(NOT_EXECUTABLE, "too many open files");
      case 26 -> new NotStarted(NOT_EXECUTABLE, "the program is being written");
      default -> new NotStarted(NOT_EXECUTABLE, "error " + errno + " of the system");
    };
  }
}
