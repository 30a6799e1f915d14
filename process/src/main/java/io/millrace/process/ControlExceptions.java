package io.millrace.process;

import io.millrace.outcome.TruncatedRunException;
import java.io.InterruptedIOException;
import java.net.SocketTimeoutException;
import java.nio.channels.ClosedByInterruptException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;

/**
 * Tells which exceptions say something about the thread, the future or the run in which they are thrown. Those of a
 * worker say nothing about those of the caller.
 */
final class ControlExceptions {
  private ControlExceptions() {}

  /** Whether an exception, or one of its causes, is one; also if its own methods do not tell. */
  static boolean areIn(Throwable error) {
    Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
    try {
      for (Throwable each = error; each != null && seen.add(each); each = each.getCause()) {
        if (isOne(each)) {
          return true;
        }
      }
      return false;
    } catch (Throwable itsOwnMethods) {
      return true;
    }
  }

  private static boolean isOne(Throwable error) {
    return switch (error) {
      case InterruptedException _,
          ClosedByInterruptException _,
          CancellationException _,
          CompletionException _,
          TruncatedRunException _ ->
          true;
      case InterruptedIOException io -> !(io instanceof SocketTimeoutException);
      default -> false;
    };
  }
}
