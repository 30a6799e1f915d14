package io.millrace.base;

import org.jspecify.annotations.Nullable;

/** What is logged because nobody can be told otherwise. */
public final class Warnings {
  private Warnings() {}

  /**
   * Logs a warning; never throws. The platform's logging is loaded by the first one, and not before: that
   * would cost the first run of a program a good part of its time.
   */
  public static void log(Class<?> by, String message, @Nullable Throwable thrown) {
    try {
      System.getLogger(by.getName()).log(System.Logger.Level.WARNING, message, thrown);
    } catch (Throwable again) {
      // a logger, or a text of the exception, that fails: there is nobody left to tell
    }
  }
}
