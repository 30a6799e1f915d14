package io.millrace.outcome;

/** How a run stands or how it ended; once it has ended the status never changes. */
public enum RunStatus {
  /** The run goes on. */
  RUNNING,
  /** Every item was tried. Items may still have failed. */
  COMPLETED,
  /** The run timeout passed before every item was tried. */
  TIMED_OUT,
  /**
   * The failure policy ended the run, or an error of the source or of a listener, or every slot was held
   * by an abandoned action for longer than the run's patience.
   */
  ABORTED,
  /** The budget of calls was spent before every item was tried. */
  CALLS_SPENT,
  /** The budget of costs was spent before every item was tried. */
  COST_SPENT,
  /** An error or a result that {@code Retry.endRunWhen} names ended the run: every other item would meet the same. */
  FATAL_ERROR,
  /** A stop token, {@code stop()}, {@code close()} or an interrupt ended the run. */
  CANCELLED
}
