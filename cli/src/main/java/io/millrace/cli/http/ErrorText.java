package io.millrace.cli.http;

import io.millrace.cli.http.LostException.Stage;
import io.millrace.outcome.RunStatus;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.NoHttpResponseException;

/** Says in a few words what went wrong with a line. */
final class ErrorText {
  private static final Pattern WITH_ADDRESS = Pattern.compile("Connect to .* failed: (.*)");

  private static final String NOT_REPEATED =
      " (not repeated: this host has had its share of retries, --retry-budget)";

  private ErrorText() {}

  static String of(Throwable error) {
    boolean isRefused = error instanceof RequestException failure && failure.isRefusedRetry();
    return isRefused ? plain(error) + NOT_REPEATED : plain(error);
  }

  private static String plain(Throwable error) {
    return switch (error) {
      case LostException lost -> lost(lost, root(lost));
      case RequestException failure -> String.valueOf(failure.getMessage());
      case MalformedLineException malformed -> String.valueOf(malformed.getMessage());
      default -> message(error);
    };
  }

  private static String lost(LostException lost, Throwable cause) {
    return switch (cause) {
      case UnknownHostException unknown -> ofNetwork(unknown);
      case SSLException refused -> "TLS: " + message(refused);
      case ConnectException refused -> "cannot connect: " + ofNetwork(refused);
      case NoHttpResponseException _ -> "the connection was closed without an answer";
      case MessageConstraintException _ -> "the headers of the answer are too many or too long";
      case ConnectionClosedException _ -> "the connection was closed in the middle of the answer";
      case SocketException broken when lost.stage() == Stage.CONNECTING ->
          "cannot connect: " + message(broken);
      case SocketException broken -> "the connection was lost: " + message(broken);
      default -> message(cause);
    };
  }

  /** Why there is no connection. The client puts the address before that; the line has it already. */
  static String ofNetwork(IOException refused) {
    return refused instanceof UnknownHostException
        ? "unknown host"
        : WITH_ADDRESS.matcher(message(refused)).replaceFirst("$1");
  }

  /** The innermost cause that belongs to the network: those around it repeat the address. */
  private static Throwable root(Throwable error) {
    Throwable root = error;
    while (root.getCause() instanceof IOException cause) {
      root = cause;
    }
    return root;
  }

  /** As {@link #of}, but the same for all lines that failed alike. */
  static String kindOf(Throwable error) {
    return error instanceof MalformedLineException malformed
        ? "malformed line: " + malformed.problem()
        : of(error);
  }

  /** For a line that the end of the run cut off. */
  static String cutOff(RunStatus reason) {
    return switch (reason) {
      case TIMED_OUT -> "cut off by --run-timeout";
      case CALLS_SPENT -> "cut off by --max-calls";
      case COST_SPENT -> "cut off by --max-cost";
      case ABORTED -> "cut off by --max-failures or --fail-rate";
      case FATAL_ERROR -> "cut off by --stop-on";
      case CANCELLED, RUNNING, COMPLETED -> "cut off by an interrupt";
    };
  }

  private static String message(Throwable error) {
    return error.getMessage() == null ? error.getClass().getSimpleName() : error.getMessage();
  }
}
