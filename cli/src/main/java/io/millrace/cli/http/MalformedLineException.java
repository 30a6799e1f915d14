package io.millrace.cli.http;

import io.millrace.cli.http.InputLine.Malformed;

/** The failure of an item that is no request. */
final class MalformedLineException extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final String problem;

  MalformedLineException(Malformed line) {
    super("line " + line.label().number() + ": " + line.problem(), null, false, false);
    problem = line.problem();
  }

  /** What is wrong, the same text for all lines with which it is. */
  String problem() {
    return problem;
  }
}
