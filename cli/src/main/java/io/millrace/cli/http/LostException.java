package io.millrace.cli.http;

/** No answer came, or not all of it. */
final class LostException extends RequestException {
  private static final long serialVersionUID = 1;
  private final Stage stage;
  private final int proxyStatus;

  /** How far the request had come. */
  enum Stage {
    /** There was no connection yet, so nothing was sent. */
    CONNECTING,
    /** It was sent, perhaps in part. */
    SENT,
    /** Part of the answer had come. */
    ANSWERED
  }

  /** Without its cause, which may quote what came. */
  LostException(InputLine.Call call, Stage stage, Exception cause) {
    super(call, LostText.of(stage, cause), null);
    this.stage = stage;
    this.proxyStatus = cause instanceof WireException refused ? refused.proxyStatus() : 0;
  }

  Stage stage() {
    return stage;
  }

  /** The status with which a proxy has refused a connection; 0 if none has. */
  int proxyStatus() {
    return proxyStatus;
  }

  @Override
  boolean isUnprocessed() {
    return stage == Stage.CONNECTING;
  }
}
