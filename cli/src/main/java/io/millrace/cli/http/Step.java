package io.millrace.cli.http;

/** What came of one request. */
sealed interface Step {
  /** The answer of the line. */
  record Answered(Reply reply) implements Step {}

  /** The line goes on with another request. */
  record Redirected(InputLine.Call next) implements Step {}
}
