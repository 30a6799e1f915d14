package io.millrace.cli.text;

/** Knows where the lines of one input end. Asked once for each byte, in order; used by one thread at a time. */
@FunctionalInterface
public interface LineEnd {
  /** Whether a line ends with this byte, which then is no part of it. */
  boolean isAt(byte next);

  /** Lines end in a byte, wherever it stands. */
  static LineEnd of(byte delimiter) {
    return next -> next == delimiter;
  }
}
