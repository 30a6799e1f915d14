package io.millrace.engine.terms;

import io.millrace.base.Require;
import io.millrace.engine.watch.Seen;
import io.millrace.time.TimeSource;
import org.jspecify.annotations.Nullable;

/** What was asked of a run, as of its start. Immutable. */
public final class Terms {
  public final Config config;
  public final TimeSource clock;

  /** When the run started. */
  public final long originNanos;

  /** How long the run may take; {@link Long#MAX_VALUE} for ever. */
  public final long runNanos;

  public final long graceNanos;
  public final long patienceNanos;

  /** The timeouts of items that bring none. */
  public final Budgets budgets;

  public final long freshBudgetNanos;

  /** Whether items may bring options along: see {@link Tuned}. */
  public final boolean isTuned;

  public final boolean isInCaller;

  /** What may be spent; null if that is neither limited nor kept. */
  public final @Nullable Spending spending;

  /** What the run was started inside of; null if nothing. */
  public final @Nullable Surrounding surrounding;

  /** What a monitor sees of the run; null if there is none. */
  public final @Nullable Seen seen;

  public Terms(Config config, boolean isTuned) {
    this.config = config;
    this.clock = config.clock;
    this.originNanos = clock.nanoTime();
    this.runNanos = Require.nanos(config.runTimeout);
    this.graceNanos = Require.nanos(config.grace);
    this.patienceNanos = Require.nanos(config.patience);
    this.budgets = new Budgets(config.attemptTimeout, config.itemTimeout);
    this.freshBudgetNanos = budgets.freshNanos();
    this.isTuned = isTuned;
    this.isInCaller = config.inCaller();
    this.spending = config.spending != null ? config.spending : Spending.of(config);
    this.surrounding = Surrounding.current();
    this.seen = config.watch == null ? null : new Seen();
  }

  /** The timeouts of an item. */
  public Budgets budgets(@Nullable Object item) {
    return isTuned && item instanceof Tuned task ? task.tuning.budgets : budgets;
  }

  public boolean hasRunTimeout() {
    return runNanos != Long.MAX_VALUE;
  }

  /** When the run's time is up, if it has a timeout. */
  public long runDeadline() {
    return originNanos + runNanos;
  }
}
