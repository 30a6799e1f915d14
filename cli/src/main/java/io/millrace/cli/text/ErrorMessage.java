package io.millrace.cli.text;

/** What an error says of itself. */
public final class ErrorMessage {
  private ErrorMessage() {}

  /** Its message, or the simple name of its class if it has none. */
  public static String of(Throwable error) {
    String message = error.getMessage();
    return message == null ? error.getClass().getSimpleName() : message;
  }
}
