package io.millrace.process;

import io.millrace.process.wire.Thrown;

/**
 * Stands for an exception of a task that could not cross itself, because it is not serializable or its class
 * is not allowed: see {@link ProcessOptions#allow(Class...)}. Its stack trace is that of the worker process,
 * then that of the caller. Its causes are described in the same way.
 */
public final class RemoteTaskException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String type;

  private RemoteTaskException(Thrown thrown) {
    super(message(thrown), thrown.cause() == null ? null : new RemoteTaskException(thrown.cause()));
    type = thrown.type();
    setStackTrace(thrown.stack().toArray(StackTraceElement[]::new));
  }

  static RemoteTaskException of(Thrown thrown) {
    return new RemoteTaskException(thrown);
  }

  private static String message(Thrown thrown) {
    return thrown.message() == null ? thrown.type() : thrown.type() + ": " + thrown.message();
  }

  /** The name of the class of the original exception. */
  public String type() {
    return type;
  }
}
