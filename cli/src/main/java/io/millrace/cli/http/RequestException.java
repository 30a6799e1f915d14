package io.millrace.cli.http;

import org.jspecify.annotations.Nullable;

/** What can go wrong with one request. */
abstract sealed class RequestException extends Exception
    permits BadReplyException, LostException, TimedOutException {
  private static final long serialVersionUID = 1;
  private final transient InputLine.Call call;

  RequestException(InputLine.Call call, @Nullable String problem, @Nullable Throwable cause) {
    super(problem, cause, false, false);
    this.call = call;
  }

  InputLine.Call call() {
    return call;
  }

  /** Whether the server cannot have done what it was asked for. */
  abstract boolean isUnprocessed();
}
