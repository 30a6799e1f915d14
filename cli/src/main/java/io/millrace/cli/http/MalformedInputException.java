package io.millrace.cli.http;

/** What was read makes no request; the message says what is wrong, and repeats no secret. */
final class MalformedInputException extends Exception {
  private static final long serialVersionUID = 1;

  MalformedInputException(String problem) {
    super(problem, null, false, false);
  }

  /** What is wrong. */
  String problem() {
    return String.valueOf(getMessage());
  }
}
