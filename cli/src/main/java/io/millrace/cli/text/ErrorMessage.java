package io.millrace.cli.text;

/** What an error says of itself. */
public final class ErrorMessage {
  private ErrorMessage() {}

  /** Its message, or the simple name of its class if it has none; of what finds no memory, that. */
  public static String of(Throwable error) {
    String message = error.getMessage();
    String text = message == null ? error.getClass().getSimpleName() : message;
    return error instanceof OutOfMemoryError ? "out of memory (" + text + ")" : text;
  }
}
