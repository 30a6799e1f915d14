package io.millrace.cli.http;

import java.util.Set;

/** No answer came, or not all of it. */
final class LostException extends RequestException {
  private static final long serialVersionUID = 1;
  private final Stage stage;
  private final int proxyStatus;
  private final boolean isDistrusted;

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
    this.isDistrusted = LostText.isOfRefusedCertificate(cause);
    this.proxyStatus = cause instanceof WireException refused ? refused.proxyStatus() : 0;
  }

  Stage stage() {
    return stage;
  }

  /** Whether another try may come to something else, where these statuses are worth one. */
  boolean isWorthIt(Set<Integer> statuses) {
    return !isDistrusted && (proxyStatus == 0 || statuses.contains(proxyStatus));
  }

  @Override
  boolean isUnprocessed() {
    return stage == Stage.CONNECTING;
  }
}
