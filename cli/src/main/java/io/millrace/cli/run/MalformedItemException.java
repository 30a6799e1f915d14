package io.millrace.cli.run;

/** The failure of an item that makes no command. */
final class MalformedItemException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedItemException(String problem) {
    super(problem, null, false, false);
  }
}
