package io.millrace.cli.http;

/** The time of a request, or of its line, was up. */
final class TimedOutException extends RequestException {
  private static final long serialVersionUID = 1;

  /** What is said if the time of a line was up. */
  static final String OF_LINE = "timed out: --item-timeout";

  private final boolean isUnprocessed;

  TimedOutException(InputLine.Call call, String problem, boolean isUnprocessed) {
    super(call, problem, null);
    this.isUnprocessed = isUnprocessed;
  }

  @Override
  boolean isUnprocessed() {
    return isUnprocessed;
  }
}
