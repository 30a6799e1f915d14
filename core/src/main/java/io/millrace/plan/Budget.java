package io.millrace.plan;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The most that a run may spend, retries included. When an attempt would need more than is left, the run ends: what
 * runs finishes, and the rest is not run. A run whose items are all tried has completed, even if it has spent
 * all. Each run, and each executor, has the whole budget; the single calls of a bound function share one.
 */
public sealed interface Budget {

  /** No limit. The default. */
  record Unlimited() implements Budget {}

  /**
   * At most so many calls of the action: exactly, whatever runs at once. The run ends as {@code CALLS_SPENT}.
   *
   * @param most at least 0
   */
  record Calls(long most) implements Budget {
    /** Checks the argument. */
    public Calls {
      notNegative("most", most);
    }
  }

  /**
   * Calls whose costs are at most this much in all. The first item that costs more than is left ends the run as
   * {@code COST_SPENT}, though later ones might cost less. Settled costs may exceed the budget, by what the calls
   * under way cost beyond their estimates.
   *
   * @param most at least 0
   * @param cost what an attempt costs, as known before it; if it throws, the item fails. A task of an
   *     executor has no item, so the function gets null there
   */
  record Permits(long most, Cost cost) implements Budget {
    /** Checks the arguments. */
    public Permits {
      notNegative("most", most);
      Objects.requireNonNull(cost, "cost");
    }
  }

  /**
   * The run ends as {@code COST_SPENT} when the results of its calls have cost this much. What a call costs is known
   * when it has returned, so the calls under way at that moment come on top: their number is at most the concurrency
   * less one. An attempt that threw costs nothing; a result that was rejected costs its price.
   *
   * @param most a number of at least 0
   * @param price what a result has cost: a finite number of at least 0. If it is not, or if the function throws,
   *     the item fails
   */
  record Money(double most, ToDoubleFunction<@Nullable Object> price) implements Budget {
    /** Checks the arguments. */
    public Money {
      if (!(most >= 0)) {
        throw new IllegalArgumentException("most must be at least 0, not " + most);
      }
      Objects.requireNonNull(price, "price");
    }

    @Override
    public String toString() {
      return "Money[" + most + "]";
    }
  }

  /**
   * Several budgets at once: the first that is spent ends the run.
   *
   * @param budgets of each kind at most one; none of them is itself an {@code All} or an {@code AcrossRuns}
   */
  record All(List<Budget> budgets) implements Budget {
    /** Checks the argument. */
    public All {
      budgets = List.copyOf(budgets);
      Set<Class<?>> kinds = new HashSet<>();
      for (Budget budget : budgets) {
        if (budget instanceof AcrossRuns) {
          throw new IllegalArgumentException(
              "budgets must be of single runs: write acrossRuns(all(...)) rather than all(acrossRuns(...))");
        }
        if (budget instanceof All || !kinds.add(budget.getClass())) {
          throw new IllegalArgumentException(
              "budgets must be of different kinds, not " + budgets + ": keep the smaller one");
        }
      }
    }
  }

  /**
   * A budget for all the runs of a checkpoint together: what earlier runs spent, as their {@linkplain
   * io.millrace.Parallel#checkpoint checkpoint} kept it, counts as well. What is spent is kept with each outcome, and once more at the end of a run; so
   * a run that was killed may have made some calls that do not count: those that began after its last commit. Calls count
   * in every run with a checkpoint; permits and money count in the runs whose budget has them. Without a checkpoint, the
   * run is refused.
   *
   * @param budget not itself an {@code AcrossRuns}
   */
  record AcrossRuns(Budget budget) implements Budget {
    /** Checks the argument. */
    public AcrossRuns {
      if (Objects.requireNonNull(budget, "budget") instanceof AcrossRuns) {
        throw new IllegalArgumentException("budget is across runs already: " + budget);
      }
    }
  }

  /** No limit. */
  static Budget unlimited() {
    return new Unlimited();
  }

  /** At most so many calls: see {@link Calls}. */
  static Budget calls(long most) {
    return new Calls(most);
  }

  /** Costs of at most so much: see {@link Permits}. */
  static Budget permits(long most, Cost cost) {
    return new Permits(most, cost);
  }

  /** Results that have cost at most so much: see {@link Money}. */
  @SuppressWarnings("unchecked")
  static <R extends @Nullable Object> Budget money(double most, ToDoubleFunction<? super R> price) {
    Objects.requireNonNull(price, "price");
    return new Money(most, (ToDoubleFunction<@Nullable Object>) price);
  }

  /** Several budgets at once: see {@link All}. */
  static Budget all(Budget... budgets) {
    return new All(Arrays.asList(budgets));
  }

  /** A budget for all the runs of a checkpoint together: see {@link AcrossRuns}. */
  static Budget acrossRuns(Budget budget) {
    return new AcrossRuns(budget);
  }

  private static void notNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must be at least 0, not " + value);
    }
  }
}
