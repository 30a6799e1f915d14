package io.millrace.process;

import java.util.List;

/**
 * A worker process ended while it ran a task: it crashed, ran out of memory, called {@code System.exit} or was
 * killed. Only that task fails; another process takes its place.
 */
public final class WorkerDiedException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final int exitCode;
  private final boolean outOfMemory;
  private final transient List<String> lastLines;

  WorkerDiedException(Ending ending) {
    super(ending.message("while it ran a task"));
    exitCode = ending.exitCode();
    outOfMemory = ending.outOfMemory();
    lastLines = ending.lastLines();
  }

  WorkerDiedException(String message, Throwable cause) {
    super(message, cause);
    exitCode = 0;
    outOfMemory = false;
    lastLines = List.of();
  }

  /** The exit code; on Unix 128 and the number of the signal, if one ended the process. */
  public int exitCode() {
    return exitCode;
  }

  /** Whether the JVM of the worker ended because its memory was used up. */
  public boolean outOfMemory() {
    return outOfMemory;
  }

  /** The last lines of its standard error, at most 20, as they were printed, control characters included; empty after
   * deserialization. In the message they are escaped. */
  public List<String> lastLines() {
    return lastLines == null ? List.of() : lastLines;
  }
}
