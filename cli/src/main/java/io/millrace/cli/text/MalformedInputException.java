package io.millrace.cli.text;

/** What was read makes no request; the message says what is wrong, and repeats no secret. */
public final class MalformedInputException extends Exception {
  private static final long serialVersionUID = 1;

  /** Says what is wrong. */
  public MalformedInputException(String problem) {
    super(problem, null, false, false);
  }

  /** What is wrong. */
  public String problem() {
    return String.valueOf(getMessage());
  }
}
