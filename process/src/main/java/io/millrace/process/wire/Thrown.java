package io.millrace.process.wire;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is told of an exception that cannot cross itself.
 *
 * @param type the name of its class
 * @param message its message
 * @param stack where it was thrown; an {@code ArrayList} or a list of the JDK
 * @param cause its cause, up to some depth
 */
public record Thrown(
    String type, @Nullable String message, List<StackTraceElement> stack, @Nullable Thrown cause)
    implements Serializable {
  private static final int MOST_CAUSES = 10;
  private static final int MOST_CHARACTERS = 100_000;

  /** Describes an exception. */
  public static Thrown of(Throwable error) {
    return of(error, MOST_CAUSES);
  }

  private static Thrown of(Throwable error, int causes) {
    Throwable cause = error.getCause();
    return new Thrown(
        error.getClass().getName(),
        message(error),
        List.of(error.getStackTrace()),
        cause == null || cause == error || causes == 0 ? null : of(cause, causes - 1));
  }

  /* Written by users, so it may itself fail. */
  private static @Nullable String message(Throwable error) {
    try {
      String message = error.getMessage();
      return message == null || message.length() <= MOST_CHARACTERS
          ? message
          : message.substring(0, MOST_CHARACTERS);
    } catch (RuntimeException e) {
      return "(its message cannot be told: " + e.getClass().getName() + ")";
    }
  }
}
