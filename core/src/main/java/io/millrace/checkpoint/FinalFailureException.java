package io.millrace.checkpoint;

import io.millrace.base.Visible;

/**
 * An item failed for good in an earlier run, and was not called again: see {@link Checkpoint#finalFailures}. The error
 * itself is not kept, only its class and message, in which control characters are escaped here.
 */
public final class FinalFailureException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String error;

  /**
   * Reports a stored failure.
   *
   * @param error name of the class of the error
   * @param message its message; empty if it had none
   */
  public FinalFailureException(String error, String message) {
    super(
        "failed for good in an earlier run: "
            + Visible.of(error + (message.isEmpty() ? "" : ": " + message)));
    this.error = error;
  }

  /** The name of the class of the error. */
  public String error() {
    return error;
  }
}
