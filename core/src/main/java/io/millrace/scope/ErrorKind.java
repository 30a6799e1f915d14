package io.millrace.scope;

import io.millrace.outcome.RunStatus;
import io.millrace.outcome.TruncatedRunException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** What an error says of how a block ended, by itself and its causes. */
enum ErrorKind {
  /** There is none. */
  NONE,
  /** A thread was interrupted. */
  INTERRUPTED,
  /** Something was cancelled, and no thread interrupted. */
  CANCELLED,
  /** Anything else. */
  OTHER;

  /* Causes may go round in a circle. */
  private static final int DEEPEST = 50;

  static ErrorKind of(@Nullable Throwable error) {
    ErrorKind kind = error == null ? NONE : OTHER;
    Throwable cause = error;
    for (int depth = 0; cause != null && depth < DEEPEST; depth++) {
      if (isInterrupt(cause)) {
        return INTERRUPTED;
      }
      if (isCancellation(cause)) {
        kind = CANCELLED;
      }
      cause = causeOf(cause);
    }
    return kind;
  }

  /* The method is the user's, and may throw: then what is known has to do. */
  private static @Nullable Throwable causeOf(Throwable error) {
    try {
      return error.getCause();
    } catch (Throwable broken) {
      return null;
    }
  }

  boolean isCancellation() {
    return this == INTERRUPTED || this == CANCELLED;
  }

  private static boolean isInterrupt(Throwable error) {
    return switch (error) {
      case InterruptedException _, ClosedByInterruptException _ -> true;
      case InterruptedIOException io -> !(io instanceof SocketTimeoutException);
      default -> false;
    };
  }

  private static boolean isCancellation(Throwable error) {
    return error instanceof CancellationException
        || (error instanceof TruncatedRunException cut && cut.status() == RunStatus.CANCELLED);
  }
}
