package io.millrace.outcome;

/** How a run stands or how it ended; once it has ended the status never changes. */
public enum RunStatus {
  /** The run goes on. */
  RUNNING,
  /** Every item was tried. Items may still have failed. */
  COMPLETED,
  /** The run timeout passed before every item was tried. */
  TIMED_OUT,
  /** The failure policy, or an error of the source or of a listener, ended the run. */
  ABORTED,
  /** A stop token, {@code stop()}, {@code close()} or an interrupt ended the run. */
  CANCELLED
}
