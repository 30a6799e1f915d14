package io.millrace.process;

import org.jspecify.annotations.Nullable;

/**
 * A worker process could not be started: wrong JVM options, a setup that failed (then the cause is what it
 * threw), no answer in time. The message ends with what the process printed. The next task starts another one.
 */
public final class WorkerStartException extends RuntimeException {
  private static final long serialVersionUID = 1;

  WorkerStartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
