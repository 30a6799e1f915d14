package io.millrace.cli.console;

import io.millrace.outcome.RunStatus;

/** What the exit codes of the commands mean; wrong usage is 2, and a signal 128 and its number. */
public final class ExitStatus {
  /** All went well. */
  public static final int OK = 0;

  /** Something failed, or could not be written. */
  public static final int FAILED = 1;

  /** A limit of the user has ended the run: on calls, on cost, on failures, on statuses, or on time. */
  public static final int LIMIT = 3;

  /** The checkpoint is that of another run, in use, or no checkpoint that can be used. */
  public static final int CHECKPOINT = 4;

  /** Nobody reads the output. */
  public static final int CLOSED_OUTPUT = 141;

  private ExitStatus() {}

  /**
   * What a run exits with.
   *
   * @param signalled what it exits with if a signal has ended it
   */
  public static int of(RunStatus status, long failures, int signalled) {
    return switch (status) {
      case COMPLETED -> failures == 0 ? OK : FAILED;
      case TIMED_OUT, CALLS_SPENT, COST_SPENT, ABORTED, FATAL_ERROR -> LIMIT;
      case CANCELLED -> signalled;
      case RUNNING -> FAILED;
    };
  }
}
