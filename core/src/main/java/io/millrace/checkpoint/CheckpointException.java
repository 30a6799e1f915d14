package io.millrace.checkpoint;

import org.jspecify.annotations.Nullable;

/**
 * A checkpoint cannot be used, or not any longer. It is the error of the run: the run has ended, and what was stored
 * before is intact. The message says what is wrong, with both values where two do not agree, and what to do.
 */
public final class CheckpointException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** Reports what is wrong. */
  public CheckpointException(String message) {
    super(message);
  }

  /** Reports what is wrong, and what came before. */
  public CheckpointException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
