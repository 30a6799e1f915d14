package io.millrace.cli.http;

import io.millrace.cli.text.ErrorMessage;
import java.util.concurrent.TimeoutException;

/** Says in a few words what went wrong with a line. */
final class ErrorText {
  private static final String NOT_REPEATED =
      " (not repeated: this host has had its share of retries, --retry-budget)";

  private ErrorText() {}

  static String of(Throwable error) {
    boolean isRefused = error instanceof RequestException failure && failure.isRefusedRetry();
    return isRefused ? plain(error) + NOT_REPEATED : plain(error);
  }

  private static String plain(Throwable error) {
    return switch (error) {
      case RequestException failure -> String.valueOf(failure.getMessage());
      case MalformedLineException malformed -> String.valueOf(malformed.getMessage());
      case TimeoutException _ -> TimedOutException.OF_LINE; // the run has no other times of items
      default -> message(error);
    };
  }

  /** As {@link #of}, but the same for all lines that failed alike. */
  static String kindOf(Throwable error) {
    return switch (error) {
      case MalformedLineException malformed -> "malformed line: " + malformed.problem();
      case LocalException local -> local.kind();
      default -> of(error);
    };
  }

  /* Only the library and the virtual machine are known not to quote an answer. */
  private static String message(Throwable error) {
    String name = error.getClass().getName();
    boolean canBeShown = name.startsWith("io.millrace.") || error instanceof Error;
    return canBeShown ? ErrorMessage.of(error) : error.getClass().getSimpleName();
  }
}
