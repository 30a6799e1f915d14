package io.millrace.process.wire;

import org.jspecify.annotations.Nullable;

/** What an exception tells, although its methods may be somebody else's and may themselves fail. */
public final class Reason {
  /** Stands for what was cut off. */
  static final String CUT = "...";

  private static final int MOST_CHARACTERS = 10_000;

  private Reason() {}

  /** Its class and its message. */
  public static String of(Throwable error) {
    String message = message(error, MOST_CHARACTERS);
    return error.getClass().getName() + (message == null ? "" : ": " + message);
  }

  static @Nullable String message(Throwable error, int most) {
    try {
      String message = error.getMessage();
      return message == null ? null : cut(message, most);
    } catch (Throwable e) {
      return "(its message cannot be told: " + e.getClass().getName() + ")";
    }
  }

  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + CUT;
  }
}
