package io.millrace.hammer;

import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.Success;
import io.millrace.outcome.TruncatedRunException;
import io.millrace.plan.Truncation;
import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;

/** What has to be true of every trial. */
final class Judgement {
  private final Trial trial;
  private final Plan plan;
  private final List<Outcome<Integer, Integer>> outcomes;

  private Judgement(Trial trial) {
    this.trial = trial;
    this.plan = trial.plan();
    this.outcomes = trial.outcomes();
  }

  /** Throws if something is wrong. */
  static void pass(Trial trial) {
    Judgement judgement = new Judgement(trial);
    judgement.error();
    judgement.interruptFlag();
    judgement.eachItemOnce();
    judgement.order();
    judgement.number();
    judgement.listener();
    judgement.nothingRuns();
    judgement.permits();
    judgement.truncation();
    probe(trial);
  }

  /** Throws if something went wrong in the action, the source or the listener. */
  static void probe(Trial trial) {
    String wrong = trial.probe().wrong();
    if (wrong != null) {
      throw new AssertionError(wrong);
    }
  }

  private static void check(boolean good, Object problem) {
    if (!good) {
      throw new AssertionError(problem);
    }
  }

  private void error() {
    Throwable error = trial.error();
    boolean expected =
        switch (plan.ending()) {
          case FAIL_FAST -> error == null || isFailure(error);
          case BROKEN_SOURCE -> error == null || error instanceof Supply.BrokenSourceException;
          case BROKEN_LISTENER -> error == null || error instanceof Probe.BrokenListenerException;
          case INTERRUPT -> error == null || error instanceof CancellationException;
          default -> error == null;
        };
    if (!expected && !isTruncated(error)) {
      throw new AssertionError("an unexpected error", error);
    }
    if (plan.ending() == Ending.BROKEN_SOURCE && plan.breaksAt() < plan.items()) {
      check(error != null || isAllStuck(), "the error of the source was not thrown");
    }
    if (plan.ending() == Ending.FAIL_FAST && error == null) {
      check(outcomes.stream().noneMatch(Failure.class::isInstance), "a failure was not thrown");
    }
  }

  /* Who closes early is told nothing. */
  private void truncation() {
    boolean isCut = outcomes.stream().anyMatch(NotRun.class::isInstance);
    boolean isTold = plan.manner().truncation() == Truncation.THROWN && plan.entry() != Entry.MAP;
    boolean mayClose =
        plan.ending() == Ending.CLOSE_BY_ANOTHER || plan.ending() == Ending.EARLY_CLOSE;
    check(
        !isCut || !isTold || mayClose || trial.error() != null,
        "the run was cut short, and its consumer was not told");
  }

  private boolean isTruncated(Throwable error) {
    return error instanceof TruncatedRunException
        && plan.manner().truncation() == Truncation.THROWN
        && plan.entry() != Entry.MAP
        && (plan.ending().isTruncation()
            || plan.ending() == Ending.CLOSE_BY_ANOTHER
            || isAllStuck());
  }

  private static boolean isFailure(Throwable error) {
    return error instanceof IOException
        || error instanceof RejectedResultException
        || error instanceof TimeoutException
        || error instanceof AbandonedException;
  }

  private void interruptFlag() {
    if (trial.error() instanceof CancellationException) {
      check(trial.flagged(), "the interrupt flag of the caller is lost");
    } else if (plan.ending() != Ending.INTERRUPT) {
      check(!trial.flagged(), "the caller is interrupted");
    }
  }

  private void eachItemOnce() {
    Set<Long> indices = new HashSet<>();
    for (Outcome<Integer, Integer> outcome : outcomes) {
      check(indices.add(outcome.index()), "a second outcome: " + outcome);
      check(outcome.item() == outcome.index(), "the item of another index: " + outcome);
      check(outcome.attempts() <= plan.attempts(), "too many attempts: " + outcome);
      switch (outcome) {
        case Success<Integer, Integer> success ->
            check(isExpected(success), "a strange value: " + outcome);
        case Failure<Integer, Integer> failure ->
            check(isExpected(failure), "a strange failure: " + outcome);
        case NotRun<Integer, Integer> _ ->
            check(isCutShort(), "an item that did not run in a run that was not cut short");
      }
      if (plan.manner().keyed() && outcome.attempts() > 0) {
        check(Probe.keyOf(outcome.item()).equals(outcome.key()), "the key of another: " + outcome);
      }
      if (!plan.mayAbandon()) {
        int calls = trial.probe().callsOf(outcome.item());
        check(calls == outcome.attempts(), calls + " calls of the action: " + outcome);
      }
    }
  }

  private boolean isExpected(Success<Integer, Integer> success) {
    int value = success.value();
    return switch (value) {
      case Probe.FOR_FAILED -> plan.manner().substitutes();
      case Probe.FOR_ABANDONED -> plan.manner().substitutes() && plan.mayAbandon();
      default -> value == success.item();
    };
  }

  private boolean isExpected(Failure<Integer, Integer> failure) {
    Throwable error = failure.error();
    if (plan.manner().substitutes()) {
      return error instanceof Probe.NoSubstituteException
          || error instanceof TimeoutException
              && plan.attemptTimeout() // of what makes a substitute
          || error instanceof TimeoutException && plan.itemTimeout()
          || isCutShort() && isPlanned(error);
    }
    return isPlanned(error);
  }

  private boolean isPlanned(Throwable error) {
    return error instanceof IOException && plan.failures() > 0
        || error instanceof RejectedResultException && plan.manner().rejects()
        || error instanceof TimeoutException && (plan.attemptTimeout() || plan.itemTimeout())
        || error instanceof AbandonedException && plan.mayAbandon()
        || error instanceof InterruptedException && isCutShort();
  }

  private boolean isCutShort() {
    return plan.ending() != Ending.COMPLETION || trial.error() != null || isAllStuck();
  }

  /** As many as there are workers were given up, so nobody was left for the other items. */
  private boolean isAllStuck() {
    long abandoned = outcomes.stream().filter(Judgement::isAbandoned).count();
    long enough =
        plan.staff() == Staff.SMALL_POOL ? 1 : plan.concurrency(); // others use it as well
    return plan.mayAbandon() && abandoned >= enough;
  }

  private static boolean isAbandoned(Outcome<Integer, Integer> outcome) {
    return switch (outcome) {
      case Success<Integer, Integer> success -> success.value() == Probe.FOR_ABANDONED;
      case Failure<Integer, Integer> failure ->
          failure.error() instanceof AbandonedException
              || failure.error() instanceof Probe.NoSubstituteException;
      case NotRun<Integer, Integer> _ -> false;
    };
  }

  private void order() {
    if (plan.entry().inOrder()) {
      for (int i = 0; i < outcomes.size(); i++) {
        check(outcomes.get(i).index() == i, "out of order: " + outcomes.get(i));
      }
    }
  }

  private void number() {
    if (trial.error() != null || isAllStuck()) {
      return;
    }
    switch (plan.ending()) {
      case COMPLETION -> check(outcomes.size() == plan.items(), outcomes.size() + " outcomes");
      case EARLY_CLOSE -> {
        int wanted = Math.min(plan.items(), plan.stopsAt());
        boolean whole = outcomes.size() == wanted;
        check(whole || plan.entry() == Entry.BATCHES, outcomes.size() + " of " + wanted);
      }
      default -> {
        boolean closed = plan.ending() == Ending.CLOSE_BY_ANOTHER;
        boolean sized = !closed && plan.supply().isSized() && plan.entry() != Entry.GATHERER;
        check(!sized || outcomes.size() == plan.items(), outcomes.size() + " outcomes");
      }
    }
  }

  private void listener() {
    if (plan.listening() && plan.ending() == Ending.COMPLETION) {
      int heard = trial.probe().heard();
      boolean cutShort = trial.error() != null || isAllStuck();
      check(heard == plan.items() || cutShort, "the listener heard of " + heard);
    }
  }

  private void nothingRuns() {
    if (!plan.mayAbandon() && plan.entry() != Entry.PUBLISHER) {
      int running = trial.probe().running();
      check(running == 0, running + " calls run when the run is closed");
    }
  }

  /* A permit without a call goes back, whatever the end; only of abandoned items nobody knows when. */
  private void permits() {
    if (plan.limit() != Limit.BUDGET || plan.mostAttempts() == 0) {
      return;
    }
    int left = 0;
    while (trial.probe().budget().tryAcquire()) {
      left++;
    }
    int unused = plan.mostAttempts() - trial.probe().calls();
    check(left <= unused, left + " permits are left of " + unused);
    boolean exact = !plan.mayAbandon() && plan.entry() != Entry.PUBLISHER;
    check(left == unused || !exact, left + " permits are left of " + unused);
  }
}
