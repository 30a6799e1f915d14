package io.millrace.process.wire;

import java.io.IOException;

/** The other end does not speak the protocol. */
public final class ProtocolException extends IOException {
  private static final long serialVersionUID = 1;

  /** Says how. */
  public ProtocolException(String message) {
    super(message);
  }
}
