package io.millrace.process.wire;

import io.millrace.base.Visible;
import org.jspecify.annotations.Nullable;

/** What an exception tells, although its methods may be somebody else's and may themselves fail. */
public final class Reason {
  /** Stands for what was cut off. */
  static final String CUT = "...";

  private static final int MOST_CHARACTERS = 10_000;
  private static final int MOST_CAUSES = 20;

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

  /** Whether its text, and that of its causes, can be printed as it is, although it may quote a stranger. */
  static boolean isPlain(Throwable error) {
    try {
      int causes = 0;
      for (Throwable each = error; each != null && causes <= MOST_CAUSES; each = each.getCause()) {
        String text = String.valueOf(each.getMessage());
        if (text.length() > MOST_CHARACTERS || !Visible.of(text).equals(text)) {
          return false;
        }
        causes++;
      }
      return causes <= MOST_CAUSES;
    } catch (Throwable itsOwnMethods) {
      return false;
    }
  }

  static String cut(String text, int most) {
    return text.length() <= most ? text : text.substring(0, most) + CUT;
  }
}
