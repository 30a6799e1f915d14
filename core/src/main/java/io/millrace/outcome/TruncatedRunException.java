package io.millrace.outcome;

import org.jspecify.annotations.Nullable;

/** A run ended before every item had been tried, so its values are not the whole answer. */
public final class TruncatedRunException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final RunStatus status;

  /**
   * Reports a truncated run.
   *
   * @param status how it ended
   * @param done how many items were tried
   * @param cause the failure or error that ended it; null if none did
   */
  public TruncatedRunException(RunStatus status, long done, @Nullable Throwable cause) {
    super(
        "the run was cut short (" + status + ") after " + done + (done == 1 ? " item" : " items"),
        cause);
    this.status = status;
  }

  /** Reports an item that did not run. */
  TruncatedRunException(RunStatus status, long index) {
    super("item " + index + " was not run: the run was cut short (" + status + ")");
    this.status = status;
  }

  /** How the run ended. */
  public RunStatus status() {
    return status;
  }
}
