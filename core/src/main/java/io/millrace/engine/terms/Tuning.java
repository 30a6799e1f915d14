package io.millrace.engine.terms;

import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Retry;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** How one item is run, where that differs from item to item. Immutable; shared by many items. */
public final class Tuning {
  public final Retry retry;
  public final Budgets budgets;
  public final @Nullable WeightedSemaphore semaphore;
  public final int permits;

  /** How a checkpoint finds the item; null if its outcome is not stored. */
  public final @Nullable TaskIdentity identity;

  /** Options; the caller has checked them. */
  public Tuning(
      Retry retry,
      Duration attemptTimeout,
      Duration itemTimeout,
      @Nullable WeightedSemaphore semaphore,
      int permits,
      @Nullable TaskIdentity identity) {
    this.retry = retry;
    this.budgets = new Budgets(attemptTimeout, itemTimeout);
    this.semaphore = semaphore;
    this.permits = permits;
    this.identity = identity;
  }
}
