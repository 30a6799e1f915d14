package io.millrace.cli.http;

import org.jspecify.annotations.Nullable;

/** Something on this machine went wrong, which another try would not mend. */
final class LocalException extends RequestException {
  private static final long serialVersionUID = 1;

  LocalException(InputLine.Call call, @Nullable String problem) {
    super(call, problem, null);
  }

  /* It is not repeated in any case. */
  @Override
  boolean isUnprocessed() {
    return false;
  }
}
