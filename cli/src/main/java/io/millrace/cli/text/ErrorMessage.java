package io.millrace.cli.text;

import java.nio.file.FileSystemException;

/** What an error says of itself. */
public final class ErrorMessage {
  private ErrorMessage() {}

  /** Its message, or the simple name of its class if it has none; what is wrong with a file, in words. */
  public static String of(Throwable error) {
    if (error instanceof FileSystemException file) {
      return FileReason.withName(file);
    }
    String message = error.getMessage();
    return message == null ? error.getClass().getSimpleName() : message;
  }
}
