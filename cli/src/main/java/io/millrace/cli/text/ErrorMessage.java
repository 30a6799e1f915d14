package io.millrace.cli.text;

import java.nio.file.FileSystemException;

/** What an error says of itself. */
public final class ErrorMessage {
  private ErrorMessage() {}

  /** Its message, or the simple name of its class if it has none; of a file or of memory, what is wrong, in words. */
  public static String of(Throwable error) {
    if (error instanceof FileSystemException file) {
      return FileReason.withName(file);
    }
    String message = error.getMessage();
    String text = message == null ? error.getClass().getSimpleName() : message;
    return error instanceof OutOfMemoryError ? "out of memory (" + text + ")" : text;
  }
}
