package io.millrace.cli.http;

import org.jspecify.annotations.Nullable;

/** What can go wrong with one request. */
abstract sealed class RequestException extends Exception
    permits BadReplyException, LocalException, LostException, TimedOutException {
  private static final long serialVersionUID = 1;
  private final transient InputLine.Call call;

  /* Used by the worker that has the line, and then by whoever takes what came of it. */
  private boolean isRefusedRetry;

  RequestException(InputLine.Call call, @Nullable String problem, @Nullable Throwable cause) {
    super(problem, cause, false, false);
    this.call = call;
  }

  InputLine.Call call() {
    return call;
  }

  /** It would have been repeated, but its host has had its share of retries. */
  void refuseRetry() {
    isRefusedRetry = true;
  }

  boolean isRefusedRetry() {
    return isRefusedRetry;
  }

  /** Whether the server cannot have done what it was asked for. */
  abstract boolean isUnprocessed();
}
