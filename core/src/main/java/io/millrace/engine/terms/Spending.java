package io.millrace.engine.terms;

import io.millrace.outcome.RunStatus;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What is left of a budget. What an attempt needs is taken before its call, all of it or nothing, in one step: so no
 * interleaving spends more. Thread-safe; no foreign code runs under its lock.
 */
public final class Spending {
  private static final ToDoubleFunction<@Nullable Object> FREE = value -> 0;
  private static final Cost NO_COST = Cost.of(item -> 0);

  private Cost cost = NO_COST;
  private ToDoubleFunction<@Nullable Object> price = FREE;
  private double mostMoney = Double.POSITIVE_INFINITY;

  /* Guarded by this. */
  private long calls = Long.MAX_VALUE;
  private long permits = Long.MAX_VALUE;
  private double money;

  private Spending(List<Budget> budgets) {
    budgets.forEach(this::limit);
  }

  /** A whole budget; null if there is no limit. */
  public static @Nullable Spending of(Budget budget) {
    return switch (budget) {
      case Budget.Unlimited _ -> null;
      case Budget.All(var budgets) -> budgets.isEmpty() ? null : new Spending(budgets);
      case Budget.Calls _, Budget.Permits _, Budget.Money _ -> new Spending(List.of(budget));
    };
  }

  private void limit(Budget budget) {
    switch (budget) {
      case Budget.Calls(long most) -> calls = most;
      case Budget.Permits(long most, Cost by) -> {
        permits = most;
        cost = by;
      }
      case Budget.Money(double most, var by) -> {
        mostMoney = most;
        price = by;
      }
      case Budget.Unlimited _, Budget.All _ -> {}
    }
  }

  /** Whether the cost of an item has to be known before its call. */
  public boolean looksAtItems() {
    return cost != NO_COST;
  }

  /** Whether results say what their calls have cost. */
  public boolean looksAtResults() {
    return price != FREE || cost.actual() != null;
  }

  /** Asks the user's function what a call for this item needs. */
  public long costOf(@Nullable Object item) {
    return cost.of(item);
  }

  /** Takes what a call needs; if that is not left, nothing is taken, and this says how the run ends. */
  public synchronized @Nullable RunStatus take(long needed) {
    if (calls == 0) {
      return RunStatus.CALLS_SPENT;
    }
    if (permits < needed || money >= mostMoney) {
      return RunStatus.COST_SPENT;
    }
    calls--;
    permits -= needed;
    return null;
  }

  /** The call was not made. */
  public synchronized void giveBack(long needed) {
    calls++;
    permits += needed;
  }

  /** Asks the user's functions what a call has cost, and adds it up. */
  public void settle(long taken, @Nullable Object item, @Nullable Object value) {
    long excess = cost.excess(taken, item, value);
    double spent = price.applyAsDouble(value);
    if (!(spent >= 0 && spent < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "the price of a result must be a finite number of at least 0, not " + spent);
    }
    add(excess, spent);
  }

  private synchronized void add(long excess, double spent) {
    permits += excess;
    money += spent;
  }
}
