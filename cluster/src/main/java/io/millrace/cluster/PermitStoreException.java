package io.millrace.cluster;

import org.jspecify.annotations.Nullable;

/** A store of shared limits cannot be used, or not for this limit. The message says what to do, and has no credentials. */
public final class PermitStoreException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** An exception with a cause, or null. */
  public PermitStoreException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
