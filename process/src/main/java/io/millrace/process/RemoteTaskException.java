package io.millrace.process;

import io.millrace.base.Visible;
import io.millrace.process.wire.Thrown;

/**
 * Stands for an exception of a task that could not cross itself, because it is not serializable, its class
 * is not allowed (see {@link ProcessOptions#allow(Class...)}), or it could not be printed safely. Its stack trace is that of the worker process,
 * then that of the caller. Its causes are described in the same way. In the texts of the worker, control characters are
 * escaped, line ends too.
 *
 * <p>It also stands for what would mean something else here, alone or as a cause: an {@link InterruptedException} (and {@link
 * java.nio.channels.ClosedByInterruptException}, {@link java.io.InterruptedIOException}), a {@link
 * java.util.concurrent.CancellationException}, a {@link java.util.concurrent.CompletionException} or a {@link
 * io.millrace.outcome.TruncatedRunException} says something of the worker, and nothing of the caller's thread, future or run.
 */
public final class RemoteTaskException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String type;

  private RemoteTaskException(Thrown thrown) {
    super(message(thrown), thrown.cause() == null ? null : new RemoteTaskException(thrown.cause()));
    type = thrown.type();
    setStackTrace(thrown.stack().stream().map(Visible::of).toArray(StackTraceElement[]::new));
  }

  static RemoteTaskException of(Thrown thrown) {
    return new RemoteTaskException(thrown);
  }

  private static String message(Thrown thrown) {
    String told = thrown.message() == null ? "" : ": " + thrown.message();
    return Visible.of(thrown.type() + told);
  }

  /** The name of the class of the original exception. */
  public String type() {
    return type;
  }
}
