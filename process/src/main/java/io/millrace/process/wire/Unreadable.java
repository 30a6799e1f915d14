package io.millrace.process.wire;

import java.io.IOException;

/** Why a message is not read; the text goes on after "the result". */
final class Unreadable extends IOException {
  private static final long serialVersionUID = 1;

  /* Names of classes are those of the message. */
  private static final int MOST_CHARACTERS = 2_000;

  Unreadable(String reason) {
    super(Reason.cut(reason, MOST_CHARACTERS));
  }
}
