package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.terms.Spending;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Waits;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.RetryBudget;
import org.jspecify.annotations.Nullable;

/** Whether calls may be made, and what they take from the budgets. Thread-safe. */
final class Allowance {
  private final Schedule schedule;
  private final Waits waits;
  private final @Nullable Spending spending;

  /* Of the run's own policy; null if that has no limit. Tasks bring their own. */
  private final @Nullable RetryBudget retryBudget;

  Allowance(Terms terms, Schedule schedule, Waits waits) {
    this.schedule = schedule;
    this.waits = waits;
    this.spending = terms.spending;
    RetryBudget retries = terms.config.retry.budget();
    this.retryBudget = retries.isLimited() ? retries : null;
  }

  /** The last step before listeners hear of a call: whether it is made, as far as is known now. */
  boolean mayCall(@Nullable ItemAtHand noted) {
    boolean isUnwanted = schedule.hasEnded() || (noted != null && noted.isWithdrawn());
    return !isUnwanted && (spending == null || spend(spending, noted));
  }

  /* What is spent ends the run, and what runs finishes. */
  private boolean spend(Spending left, @Nullable ItemAtHand noted) {
    RunStatus spent = left.take(noted == null ? 0 : noted.cost);
    if (spent != null) {
      schedule.drain(spent);
    }
    return spent == null;
  }

  /** A call begins: retries are a share of the first ones. */
  void count(Claim claim, @Nullable ItemAtHand noted, long now) {
    if (noted != null && noted.own() != null) {
      if (noted.calls == 1) {
        noted.retry().budget().count(now);
      }
    } else if (retryBudget != null && (claim.ticket == null || claim.ticket.attempts == 0)) {
      retryBudget.count(now);
    }
  }

  /** The call was not made after all. */
  void giveBackUnused(ItemAtHand noted, boolean tookPermit) {
    if (tookPermit) {
      waits.giveBackUnused(noted);
    }
    unspend(noted);
  }

  /** A call that was allowed is not made. */
  void unspend(ItemAtHand noted) {
    if (spending != null) {
      spending.giveBack(noted.cost);
    }
  }
}
