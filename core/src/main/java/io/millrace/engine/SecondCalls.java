package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.flight.Recording;
import io.millrace.engine.terms.Spending;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Obstacle;
import io.millrace.engine.wait.Waits;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does with a hedge: permits that are there at once, the call, and whether its answer counts. All workers of a run
 * share one. The claim is of the hedge alone: it ends without an outcome.
 */
final class SecondCalls {
  private final Terms terms;
  private final Schedule schedule;
  private final Waits waits;
  private final Interrupter interrupter;
  private final ContextualAction action;
  private final Verdicts verdicts;
  private final Judging judging;
  private final @Nullable AttemptNews news;
  private final Hedging hedging;

  SecondCalls(
      Terms terms,
      Schedule schedule,
      Waits waits,
      Interrupter interrupter,
      ContextualAction action,
      Verdicts verdicts,
      Hedging hedging) {
    this.terms = terms;
    this.schedule = schedule;
    this.waits = waits;
    this.interrupter = interrupter;
    this.action = action;
    this.verdicts = verdicts;
    this.judging = verdicts.judging();
    this.news = verdicts.news();
    this.hedging = hedging;
  }

  /** Makes the second call, if it is still wanted; false if the worker was abandoned. */
  boolean run(Worker worker, ItemAtHand at, HedgedCall second) {
    Claim own = at.claim();
    second.worker = worker;
    second.own = own;
    boolean isBegun = second.begin();
    boolean isCalled = false;
    try {
      if (isBegun) {
        interrupter.joinEnd(own);
        isCalled = passes(at, second) && call(worker, at, second);
      }
    } catch (Throwable broken) { // a function for keys or costs: the first call has met it as well
      judging.tidyInterrupt(null);
    } finally {
      second.fail();
      hedging.wake();
    }
    worker.readClock();
    if (isBegun && !isCalled) {
      waits.giveBack(at);
      hedging.giveBack();
    }
    if (!own.seal() && own.sealInterrupted() == null) {
      return false;
    }
    waits.free(at.ticketed());
    return verdicts.dropped(at) && own.leaveWaiting(worker.nowNanos);
  }

  /* Takes all that the call needs, or nothing. Asks the user's functions for keys and costs. */
  private boolean passes(ItemAtHand at, HedgedCall second) {
    if (schedule.hasEnded()) {
      return false;
    }
    Spending spending = terms.spending;
    at.key = second.details.key();
    waits.prepare(at);
    at.cost = spending == null ? 0 : spending.costOf(at.itemOfUser());
    Obstacle closed = waits.closed(at);
    if (closed != null) {
      waits.left(at, closed);
    }
    return closed == null
        && waits.refusal(at) == null
        && !schedule.hasEnded()
        && (spending == null || spending.take(at.cost) == null);
  }

  /* False if it was not made. */
  private boolean call(Worker worker, ItemAtHand at, HedgedCall second) {
    if (news != null) {
      news.hedging(second);
    }
    worker.readClock();
    if (schedule.hasEnded() || second.state() != HedgedCall.State.RUNNING) {
      if (terms.spending != null) {
        terms.spending.giveBack(at.cost);
      }
      return false;
    }
    at.callBegins();
    Object value = null;
    Throwable error = null;
    try {
      value = apply(at);
    } catch (Throwable thrown) {
      error = thrown;
    }
    boolean isItsOwn = Claim.isRunning(at.claim().observe());
    judging.tidyInterrupt(error);
    boolean isInterrupted = error != null && !isItsOwn;
    if (isInterrupted || second.state() != HedgedCall.State.RUNNING) {
      judging.ofLostCall(at, value, error, isItsOwn);
      judging.tidyInterrupt(null);
    } else if (judging.ofHedge(at, value, error) && second.answer(value)) {
      hedging.answered(second);
    }
    return true;
  }

  private @Nullable Object apply(ItemAtHand at) throws Exception {
    Claim own = Objects.requireNonNull(at.claim());
    return Recording.ofAttempts(own)
        ? Recording.attempt(action, at.item(), own)
        : action.apply(at.item());
  }
}
