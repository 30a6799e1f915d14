package io.millrace.cli.http;

/** Something on this machine went wrong, which another try would not mend. */
final class LocalException extends RequestException {
  private static final long serialVersionUID = 1;

  private final String kind;

  /** What went wrong, as the exception says it. */
  LocalException(InputLine.Call call, Exception problem) {
    super(call, problem.getMessage(), null);
    this.kind =
        problem instanceof SaveFolder.UnsavedException unsaved
            ? unsaved.kind()
            : String.valueOf(problem.getMessage());
  }

  /** The same for all lines that failed alike. */
  String kind() {
    return kind;
  }

  /* It is not repeated in any case. */
  @Override
  boolean isUnprocessed() {
    return false;
  }
}
