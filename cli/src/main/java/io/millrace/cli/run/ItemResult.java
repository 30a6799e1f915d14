package io.millrace.cli.run;

import io.millrace.cli.console.EndReason;
import io.millrace.cli.text.ErrorMessage;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import java.io.IOException;
import java.util.Optional;

/**
 * What came of an item in the end.
 *
 * @param attempt the last one; empty if there was none
 * @param error what went wrong
 */
record ItemResult(
    Item item, State state, int attempts, Optional<Attempt> attempt, Optional<String> error)
    implements AutoCloseable {

  /** How far an item came. */
  enum State {
    OK,
    /** It succeeded in an earlier run of the same checkpoint. */
    RESTORED,
    /** Its command failed. */
    FAILED,
    /** It makes no command. */
    MALFORMED,
    /** It was under way when the run ended. */
    CUT_OFF,
    /** It was read, and nothing was started for it. */
    NOT_STARTED
  }

  /**
   * What came of an item.
   *
   * @param status of the run, where it has ended
   * @param end what is said of that
   */
  static ItemResult of(Outcome<Item, Attempt> outcome, RunStatus status, EndReason end) {
    Item item = outcome.item();
    int attempts = outcome.attempts();
    Optional<Attempt> last = item.course().last();
    return switch (outcome) {
      case Success<Item, Attempt>(_, var attempt, var details) ->
          new ItemResult(
              item,
              details.restored() ? State.RESTORED : State.OK,
              attempt.number(),
              Optional.of(attempt),
              Optional.empty());
      case Failure<Item, Attempt>(_, AbandonedException _, _) ->
          // whatever it has printed may still change
          new ItemResult(
              item, State.CUT_OFF, attempts, Optional.empty(), Optional.of(end.ofItem(status)));
      case Failure<Item, Attempt>(_, var error, _) -> {
        boolean hasRun = error instanceof CommandException || error instanceof IOException;
        yield new ItemResult(
            item,
            hasRun ? State.FAILED : State.MALFORMED,
            attempts,
            hasRun ? last : Optional.empty(),
            Optional.of(problem(error)));
      }
      case NotRun<Item, Attempt>(_, var reason, _) when last.isPresent() ->
          new ItemResult(item, State.CUT_OFF, attempts, last, Optional.of(end.ofItem(reason)));
      case NotRun<Item, Attempt> _ ->
          new ItemResult(item, State.NOT_STARTED, attempts, last, Optional.empty());
    };
  }

  /** The same item, failed. */
  ItemResult failing(String problem) {
    return new ItemResult(item, State.FAILED, attempts, Optional.empty(), Optional.of(problem));
  }

  /** Whether it has been tried, or was under way, and has not succeeded. */
  boolean isToRunAgain() {
    return switch (state) {
      case FAILED, MALFORMED, CUT_OFF -> true;
      case OK, RESTORED, NOT_STARTED -> false;
    };
  }

  /** What went wrong, in a few words. */
  static String problem(Throwable error) {
    String text = ErrorMessage.of(error);
    return error instanceof IOException ? "cannot keep what it prints: " + text : text;
  }

  @Override
  public void close() {
    attempt.ifPresent(Attempt::close);
  }
}
