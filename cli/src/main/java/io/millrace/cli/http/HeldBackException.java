package io.millrace.cli.http;

/** The request was not sent: its host had asked to stay away meanwhile. It goes back to the queue. */
final class HeldBackException extends RequestException {
  private static final long serialVersionUID = 1;

  HeldBackException(InputLine.Call call) {
    super(call, "held back", null);
  }

  @Override
  boolean isUnprocessed() {
    return true;
  }
}
