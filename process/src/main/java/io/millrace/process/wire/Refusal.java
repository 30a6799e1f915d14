package io.millrace.process.wire;

import io.millrace.base.Visible;

/** Something may not or cannot cross between processes; the message says what, and what to do. */
public final class Refusal extends Exception {
  private static final long serialVersionUID = 1;
  private static final int MOST_CHARACTERS = 10_000;

  /** Says why. */
  public Refusal(String message) {
    super(Visible.of(message));
  }

  Refusal(String message, Throwable cause) {
    super(Visible.of(message), cause);
  }

  /** What the other process refused. */
  public static Refusal of(Frame refusal) throws ProtocolException {
    return new Refusal(Reason.cut(refusal.text(0), MOST_CHARACTERS));
  }

  /** For the other process. */
  public Frame frame() {
    return Frame.ofTexts(Frame.Kind.REFUSAL, String.valueOf(getMessage()));
  }
}
