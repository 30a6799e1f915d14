package io.millrace.executor;

/** When {@link ParallelExecutor#waitFor} returns. */
public enum WaitStrategy {
  /** When all futures are done. */
  ALL_COMPLETED,
  /** When at least one future is done. */
  FIRST_COMPLETED,
  /** When a future has failed (being cancelled is no failure), or all are done. */
  FIRST_EXCEPTION
}
