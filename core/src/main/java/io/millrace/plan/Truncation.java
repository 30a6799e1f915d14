package io.millrace.plan;

/**
 * How outcomes that are taken one by one come to their end if the run was cut short: by a timeout, a stop, or
 * too many failures. An error that ended the run is thrown in either case, and a consumer that closes early
 * gets no exception.
 */
public enum Truncation {
  /**
   * After the last outcome, a {@link io.millrace.outcome.TruncatedRunException} is thrown, or given to
   * {@code onError}. The default.
   */
  THROWN,

  /** The end is like that of a complete run. This is for a consumer that asks the run for its status. */
  SILENT
}
