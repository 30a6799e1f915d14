package io.millrace.cli.http;

import java.util.OptionalLong;

/** What came of one request. */
sealed interface Step {
  /** How far the line had come with it. */
  LineHistory.Progress progress();

  /**
   * What it has cost.
   *
   * @param estimate what was thought before
   */
  default long cost(long estimate) {
    return switch (this) {
      case Answered answered -> answered.usage().orElse(estimate);
      case Redirected _ -> 0;
    };
  }

  /**
   * The answer of the line.
   *
   * @param usage what it says that it did cost
   */
  record Answered(Reply reply, LineHistory.Progress progress, OptionalLong usage) implements Step {}

  /**
   * The line goes on with another request.
   *
   * @param location where, as the server said
   */
  record Redirected(int status, String location, LineHistory.Progress progress) implements Step {}
}
