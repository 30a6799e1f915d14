package io.millrace.cli.http;

import java.io.IOException;

/** No answer came, or not all of it, for a reason that is said in words of the command: the message can be shown. */
final class WireException extends IOException {
  private static final long serialVersionUID = 1;
  private final int proxyStatus;

  WireException(String problem) {
    this(problem, 0);
  }

  /**
   * A proxy does not do what it was asked for.
   *
   * @param proxyStatus what it has answered
   */
  WireException(String problem, int proxyStatus) {
    super(problem);
    this.proxyStatus = proxyStatus;
  }

  /** The status with which a proxy has refused a connection; 0 if none has. */
  int proxyStatus() {
    return proxyStatus;
  }
}
