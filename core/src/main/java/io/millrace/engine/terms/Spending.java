package io.millrace.engine.terms;

import io.millrace.base.ShortLock;
import io.millrace.checkpoint.spi.Spent;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Budget;
import io.millrace.plan.Cost;
import java.util.List;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * What a budget allows, and what was spent of it. What an attempt needs is taken before its call, all of it or nothing, in
 * one step: so no interleaving spends more. Thread-safe; no foreign code runs under its lock.
 */
public final class Spending {
  private static final ToDoubleFunction<@Nullable Object> FREE = value -> 0;
  private static final Cost NO_COST = Cost.of(item -> 0);

  private final boolean isAcrossRuns;

  private Cost cost = NO_COST;
  private ToDoubleFunction<@Nullable Object> price = FREE;
  private long mostCalls = Long.MAX_VALUE;
  private long mostPermits = Long.MAX_VALUE;
  private double mostMoney = Double.POSITIVE_INFINITY;

  /* Of earlier runs. Written before the first call. */
  private Spent earlier = Spent.NONE;

  private final ShortLock lock = new ShortLock();

  /* Of this one. Guarded by the lock. */
  private long calls;
  private long permits;
  private double money;

  private Spending(List<Budget> budgets, boolean isAcrossRuns) {
    this.isAcrossRuns = isAcrossRuns;
    budgets.forEach(this::limit);
  }

  /**
   * A whole budget; null if there is no limit, and no checkpoint that keeps what is spent.
   *
   * @throws IllegalArgumentException if the budget needs a checkpoint, and there is none
   */
  public static @Nullable Spending of(Config config) {
    Budget budget = config.budget;
    List<Budget> budgets = parts(budget);
    boolean isAcrossRuns = budget instanceof Budget.AcrossRuns;
    if (config.checkpoint != null) {
      return new Spending(budgets, isAcrossRuns);
    }
    if (isAcrossRuns) {
      throw new IllegalArgumentException(
          "a budget across runs needs a checkpoint, which keeps what was spent: call checkpoint(...) as well, or give the"
              + " run a budget of its own, as with budget(Budget.calls(1_000))");
    }
    return budgets.isEmpty() ? null : new Spending(budgets, false);
  }

  private static List<Budget> parts(Budget budget) {
    return switch (budget) {
      case Budget.Unlimited _ -> List.of();
      case Budget.All(var budgets) -> budgets;
      case Budget.AcrossRuns(var across) -> parts(across);
      case Budget.Calls _, Budget.Permits _, Budget.Money _ -> List.of(budget);
    };
  }

  private void limit(Budget budget) {
    switch (budget) {
      case Budget.Calls(long most) -> mostCalls = most;
      case Budget.Permits(long most, Cost by) -> {
        mostPermits = most;
        cost = by;
      }
      case Budget.Money(double most, var by) -> {
        mostMoney = most;
        price = by;
      }
      case Budget.Unlimited _, Budget.All _, Budget.AcrossRuns _ -> {}
    }
  }

  /** Adds what earlier runs have spent. Before the first call, once. */
  public void goOnFrom(Spent spent) {
    earlier = spent;
    if (isAcrossRuns) {
      mostCalls = left(mostCalls, spent.calls());
      mostPermits = left(mostPermits, spent.permits());
      mostMoney = Math.max(0, mostMoney - spent.money());
    }
  }

  private static long left(long most, long spent) {
    return most == Long.MAX_VALUE ? most : Math.max(0, most - spent);
  }

  /** What earlier runs and this one have spent, calls under way included. */
  public Spent total() {
    lock.lock();
    try {
      return new Spent(
          sum(earlier.calls(), calls),
          sum(earlier.permits(), permits),
          Math.min(Double.MAX_VALUE, earlier.money() + money));
    } finally {
      lock.unlock();
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
  public @Nullable RunStatus take(long needed) {
    lock.lock();
    try {
      if (calls >= mostCalls) {
        return RunStatus.CALLS_SPENT;
      }
      if (mostPermits - permits < needed || money >= mostMoney) {
        return RunStatus.COST_SPENT;
      }
      calls++;
      permits += needed;
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** The call was not made. */
  public void giveBack(long needed) {
    lock.lock();
    try {
      calls--;
      permits -= needed;
    } finally {
      lock.unlock();
    }
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

  private void add(long excess, double spent) {
    lock.lock();
    try {
      permits = sum(permits, -excess);
      money = Math.min(Double.MAX_VALUE, money + spent);
    } finally {
      lock.unlock();
    }
  }

  /* The second may be below 0, but not by more than the first. */
  private static long sum(long one, long other) {
    long sum = one + other;
    return sum < 0 ? Long.MAX_VALUE : sum;
  }
}
