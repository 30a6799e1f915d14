package io.millrace.process.wire;

import java.io.IOException;

/** Why a message is not read; the text goes on after "the result". */
final class Unreadable extends IOException {
  private static final long serialVersionUID = 1;

  Unreadable(String reason) {
    super(reason);
  }
}
