package io.millrace.cli.http;

import java.io.IOException;

/** No answer came, or not all of it. */
final class LostException extends RequestException {
  private static final long serialVersionUID = 1;
  private final Stage stage;

  /** How far the request had come. */
  enum Stage {
    /** There was no connection yet, so nothing was sent. */
    CONNECTING,
    /** It was sent, perhaps in part. */
    SENT,
    /** Part of the answer had come. */
    ANSWERED
  }

  LostException(InputLine.Call call, Stage stage, IOException cause) {
    super(call, cause.getMessage(), cause);
    this.stage = stage;
  }

  Stage stage() {
    return stage;
  }

  @Override
  boolean isUnprocessed() {
    return stage == Stage.CONNECTING;
  }
}
