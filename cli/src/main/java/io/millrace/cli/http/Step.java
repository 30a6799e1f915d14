package io.millrace.cli.http;

/** What came of one request. */
sealed interface Step {
  /** How far the line had come with it. */
  Course.Progress progress();

  /** The answer of the line. */
  record Answered(Reply reply, Course.Progress progress) implements Step {}

  /**
   * The line goes on with another request.
   *
   * @param location where, as the server said
   */
  record Redirected(int status, String location, Course.Progress progress) implements Step {}
}
