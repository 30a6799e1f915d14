package io.millrace.outcome;

import java.util.Objects;

/**
 * An action was interrupted and did not return within the grace period, so the run went on without
 * it. The stack trace is that of the abandoned thread at that moment.
 */
public final class AbandonedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Reports an abandoned thread.
   *
   * @param message what it was doing, and why it was interrupted
   * @param stack where it stood
   */
  public AbandonedException(String message, StackTraceElement[] stack) {
    super(message);
    setStackTrace(Objects.requireNonNull(stack, "stack"));
  }
}
