package io.millrace.matrix;

import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.FailedItemsException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.testkit.hostile.Misdeed.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** What a cell that has ended shows, held against the contract. */
final class Verdict {
  private static final int MOST_SUPPRESSED = 20;

  private final Cell cell;
  private final Throwable error;
  private final List<Outcome<Thing, Object>> outcomes;
  private final List<String> problems;

  private Verdict(Cell cell) {
    this.cell = cell;
    error = cell.error().orElse(null);
    synchronized (cell.taken) {
      outcomes = List.copyOf(cell.taken);
    }
    problems = new ArrayList<>(cell.violations());
  }

  /** What is wrong; empty if nothing is. */
  static List<String> on(Cell cell) {
    Verdict verdict = new Verdict(cell);
    verdict.judgeCaller();
    verdict.judgeError();
    verdict.judgeOutcomes();
    verdict.judgePermits();
    return verdict.problems;
  }

  private boolean throwing() {
    return cell.misdeed.is(Kind.THROWS);
  }

  private void demand(boolean holds, String otherwise) {
    if (!holds) {
      problems.add(otherwise);
    }
  }

  private void judgeCaller() {
    boolean own = cell.misdeed.is(Kind.FLAGS) && cell.spot.isOfCaller(cell.door);
    demand(own || !cell.isInterrupted(), "I7: the caller's interrupt flag is set");
    demand(cell.culprit.acts() > 0 || cell.spot.mayStayAlone(), "the culprit is not called at all");
    demand(
        cell.closed.get() <= 1 && (cell.spot != Spot.SOURCE_CLOSE || cell.closed.get() == 1),
        "S1: the source is closed " + cell.closed + " times");
  }

  // The error that comes out

  private void judgeError() {
    if (throwing() && cell.spot.effect == Spot.Effect.RUN && !isSignalled()) {
      demand(
          cell.culprit.threw(error),
          "I10: the error of " + cell.spot + " is not thrown as itself, but " + describe(error));
    } else if (error != null) {
      demand(isPermitted(), "the call throws " + describe(error));
    }
    if (error != null) {
      judgeSuppressed(error);
    }
  }

  /* What a subscriber throws is its own affair, by rule 2.13 of Reactive Streams. A refusal of its workers, or an
   * error of its listener, ends an executor, and its futures tell. */
  private boolean isSignalled() {
    return (cell.spot == Spot.CONSUMER && cell.door == Door.PUBLISHER)
        || (cell.spot == Spot.EXECUTOR_EXECUTE && cell.door.isExecutor())
        || (cell.spot == Spot.ON_ATTEMPT && cell.door.isExecutor());
  }

  private boolean isPermitted() {
    boolean ofItems = error instanceof FailedItemsException && failing();
    boolean cutShort =
        error instanceof TruncatedRunException
            || error instanceof CancellationException
            || (cell.door.isExecutor() && error instanceof RejectedExecutionException);
    boolean ofCaller = cell.spot.isOfCaller(cell.door);
    return switch (cell.misdeed.kind()) {
      case THROWS ->
          ofItems
              || isSignalled()
              || (!cell.door.outcomes && cell.spot.effect != Spot.Effect.ANY)
              || (cell.spot.effect == Spot.Effect.ANY
                  && (cell.culprit.threw(error) || cutShort || error instanceof Nasty));
      case FLAGS ->
          ofItems
              || (!cell.door.outcomes && failing())
              || (ofCaller && (cutShort || error instanceof InterruptedException))
              || (stopped() && cutShort);
      case CALLS_BACK -> ofItems || (!cell.door.outcomes && failing()) || (stopped() && cutShort);
      case ENDS, BLOCKS ->
          error instanceof FailedItemsException
              || cutShort
              || !cell.door.outcomes
              || cell.culprit.threw(error);
    };
  }

  private boolean stopped() {
    return cell.spot == Spot.STOP_CALLBACK;
  }

  /** Whether items fail, whatever the culprit does. */
  private boolean failing() {
    return throwing()
        || switch (cell.spot) {
          case RETRY_ON_ERROR,
              SERVER_WAIT,
              ERROR_MESSAGE,
              ERROR_CAUSE,
              ERROR_TO_STRING,
              VALUE_AS_OBJECT,
              STAGE_CANCEL,
              THREAD_INTERRUPT,
              CLOCK_SCHEDULE,
              CLOCK_TIMER_CANCEL,
              CLOCK_NOW ->
              true;
          default -> false;
        };
  }

  /* Only in exceptions of user code: one of the library may list what it is about. */
  private void judgeSuppressed(Throwable thrown) {
    if (!cell.culprit.threw(thrown) && !(thrown instanceof Nasty)) {
      return;
    }
    int suppressed = thrown.getSuppressed().length;
    demand(suppressed <= MOST_SUPPRESSED, "E8: " + suppressed + " suppressed errors in one");
  }

  // The outcomes

  private void judgeOutcomes() {
    List<Integer> indices = outcomes.stream().map(one -> (int) one.index()).sorted().toList();
    demand(
        indices.size() == indices.stream().distinct().count(),
        "I4: items with two outcomes: " + indices);
    for (var outcome : outcomes) {
      if (outcome instanceof Failure<Thing, Object> failure) {
        judgeSuppressed(failure.error());
      }
    }
    boolean handsOut =
        cell.door.outcomes && (error == null || error instanceof FailedItemsException);
    if (!handsOut || stopped() || cell.misdeed.is(Kind.ENDS) || isOutOfOrder()) {
      return;
    }
    if (cell.misdeed.is(Kind.BLOCKS)) {
      demand(
          indices.equals(IntStream.range(0, indices.size()).boxed().toList()),
          "I4: items without an outcome, beside " + indices);
      return;
    }
    demand(
        indices.equals(IntStream.range(0, cell.items).boxed().toList()),
        "I4: outcomes of these items only: " + indices);
    outcomes.forEach(this::judgeOutcome);
  }

  /** Whether the run may have ended early, because a clock or the like failed it. */
  private boolean isOutOfOrder() {
    return throwing() && (cell.spot.effect == Spot.Effect.ANY || isSignalled());
  }

  private void judgeOutcome(Outcome<Thing, Object> outcome) {
    boolean chosen = cell.isChosen((int) outcome.index());
    switch (outcome) {
      case NotRun<Thing, Object> _ -> problems.add("not run: item " + outcome.index());
      case Success<Thing, Object> _ ->
          demand(
              !(throwing() && chosen && cell.spot.effect == Spot.Effect.ITEM)
                  || cell.spot == Spot.CONTEXT_INSTALL,
              "the error of " + cell.spot + " does not fail item " + outcome.index());
      case Failure<Thing, Object> failure -> {
        demand(
            failing()
                && (chosen
                    || cell.spot == Spot.CONTEXT_INSTALL
                    || cell.spot == Spot.CONTEXT_UNDO
                    || isLate(failure.error())),
            "item " + outcome.index() + " fails by " + describe(failure.error()));
        demand(
            !throwing()
                || cell.spot.effect != Spot.Effect.ITEM
                || cell.culprit.threw(failure.error()),
            "the failure is not the error of " + cell.spot + ", but " + describe(failure.error()));
      }
    }
  }

  /* An attempt whose context cannot be installed has begun: it keeps its permit. */
  private void judgePermits() {
    boolean counted =
        cell.spot != Spot.CONTEXT_INSTALL
            && cell.isLimited()
            && !(throwing() && cell.spot.effect == Spot.Effect.ANY);
    if (counted) {
      int taken = cell.permitsTaken();
      int calls = cell.calls.get();
      demand(taken == calls, "I5: " + taken + " permits for " + calls + " calls");
    }
  }

  /* On a busy machine any item may miss a short timeout. */
  private boolean isLate(Throwable failure) {
    return cell.spot.takesTime()
        && (failure instanceof TimeoutException || failure instanceof AbandonedException);
  }

  private static String describe(Throwable error) {
    return switch (error) {
      case null -> "nothing";
      case Nasty _ -> "a nasty exception";
      default -> error.getClass().getName() + ": " + error.getMessage() + at(error);
    };
  }

  private static String at(Throwable error) {
    StackTraceElement[] stack = error.getStackTrace();
    return stack.length == 0 ? "" : " at " + stack[0];
  }
}
