package io.millrace.cli.http;

import java.io.IOException;

/** No answer came, or not all of it, for a reason that is said in words of the command: the message can be shown. */
final class WireException extends IOException {
  private static final long serialVersionUID = 1;

  WireException(String problem) {
    super(problem);
  }
}
