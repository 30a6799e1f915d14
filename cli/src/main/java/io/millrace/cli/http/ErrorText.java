package io.millrace.cli.http;

import io.millrace.outcome.RunStatus;
import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.nio.channels.UnresolvedAddressException;
import javax.net.ssl.SSLException;

/** Says in a few words what went wrong with an item. */
final class ErrorText {
  private static final int CAUSES_SEARCHED = 10;

  /** What the client says when it may not send a request a second time by itself. */
  private static final String NOT_REPEATED = "Too many retries";

  private ErrorText() {}

  static String of(Throwable error) {
    return switch (error) {
      case ConnectException refused when isCausedByName(refused) -> "unknown host";
      case ConnectException refused -> "cannot connect" + detail(refused);
      case SSLException refused -> "TLS" + detail(refused);
      case IOException lost when NOT_REPEATED.equals(lost.getMessage()) -> ofCause(lost);
      case BadReplyException bad -> String.valueOf(bad.getMessage());
      case MalformedLineException malformed -> String.valueOf(malformed.getMessage());
      default -> error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
    };
  }

  /** As {@link #of}, but the same for all items that failed alike. */
  static String kindOf(Throwable error) {
    return error instanceof MalformedLineException malformed
        ? "malformed line: " + malformed.problem()
        : of(error);
  }

  /** For an item that the end of the run cut off. */
  static String cutOff(RunStatus reason) {
    return switch (reason) {
      case TIMED_OUT -> "cut off by --run-timeout";
      case ABORTED -> "cut off by --max-failures";
      case CANCELLED, RUNNING, COMPLETED -> "cut off by an interrupt";
    };
  }

  private static String ofCause(Throwable error) {
    Throwable cause = error.getCause();
    return cause == null ? "connection lost" : of(cause);
  }

  private static String detail(Throwable error) {
    return error.getMessage() == null ? "" : ": " + error.getMessage();
  }

  private static boolean isCausedByName(Throwable error) {
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < CAUSES_SEARCHED; depth++) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return true;
      }
      cause = cause.getCause();
    }
    return false;
  }
}
