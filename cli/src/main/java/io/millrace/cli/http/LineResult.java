package io.millrace.cli.http;

import io.millrace.cli.console.EndReason;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What came of a line in the end.
 *
 * @param error what went wrong, in a few words
 */
record LineResult(InputLine line, State state, Optional<Reply> reply, Optional<String> error) {

  /** How far a line came. */
  enum State {
    OK,
    FAILED,
    /** It was under way when the run ended. */
    CUT_OFF,
    /** It was read, and nothing was sent for it. */
    NOT_STARTED
  }

  /**
   * What came of the last request of a line; empty if that leads on.
   *
   * @param status of the run, where it has ended
   * @param end what is said of that
   */
  static Optional<LineResult> of(
      Outcome<InputLine, Step> outcome, RunStatus status, EndReason end) {
    return switch (outcome) {
      case Success<InputLine, Step>(var line, Step.Answered(var reply, _, _), _) ->
          Optional.of(new LineResult(line, State.OK, Optional.of(reply), Optional.empty()));
      case Success<InputLine, Step>(_, Step.Redirected _, _) -> Optional.empty();
      case Failure<InputLine, Step>(var line, var error, _) ->
          Optional.of(failed(line, error, status, end));
      case NotRun<InputLine, Step>(var line, var reason, _) ->
          Optional.of(ended(line, reason, end));
    };
  }

  private static LineResult failed(
      InputLine line, Throwable error, RunStatus status, EndReason end) {
    if (error instanceof AbandonedException) {
      return ended(line, status, end);
    }
    Optional<Reply> reply =
        error instanceof BadReplyException bad ? Optional.of(bad.reply()) : Optional.empty();
    return new LineResult(line, State.FAILED, reply, Optional.of(ErrorText.of(error)));
  }

  /** What came of a line whose redirects one call has followed. */
  static LineResult of(InputLine line, @Nullable Step step, @Nullable Throwable error) {
    return step instanceof Step.Answered(var reply, _, _)
        ? new LineResult(line, State.OK, Optional.of(reply), Optional.empty())
        : failed(
            line,
            error == null ? new IllegalStateException("no answer") : error,
            RunStatus.RUNNING,
            new EndReason(List.of(), false));
  }

  /** A line that the end of the run kept from its answer. */
  static LineResult ended(InputLine line, RunStatus reason, EndReason end) {
    return line.history().hasStarted()
        ? new LineResult(line, State.CUT_OFF, Optional.empty(), Optional.of(end.ofItem(reason)))
        : new LineResult(line, State.NOT_STARTED, Optional.empty(), Optional.empty());
  }

  /** The same line, failed. */
  LineResult failing(String problem) {
    return new LineResult(line, State.FAILED, Optional.empty(), Optional.of(problem));
  }

  /** Repetitions, those of all its requests together. */
  long retries() {
    return Math.max(line.history().attempts() - 1, 0);
  }
}
