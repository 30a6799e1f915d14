package io.millrace.process;

/**
 * A function, argument or result could not cross between processes: it is not serializable, holds a
 * class that is not allowed or unknown, or is too large. The message says which, and what to do. It fails
 * only its task; the worker process stays.
 */
public final class TransferException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TransferException(String message, Throwable cause) {
    super(message, cause);
  }
}
