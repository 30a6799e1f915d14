package io.millrace.plan;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import java.time.Duration;
import java.util.OptionalDouble;

/**
 * When an attempt that takes long gets a second call, the <em>hedge</em>: the first of the two that answers wins, and the
 * other one is interrupted. For calls that may be made twice: see {@code Parallel.hedgeIdempotent}. Immutable and thread-safe.
 *
 * <p>{@code Hedge.afterPercentile(95)} makes at most some 5 % more calls, and cuts off what is slower than that
 * percentile by chance: because of a busy server, a lost packet, a garbage collection. If all calls are slow, it does
 * not help.
 */
public final class Hedge {
  private static final double DEFAULT_SHARE = 0.05;
  private static final int FLOOR = 5;
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private final Duration delay;
  private final double percentile;
  private final RetryBudget budget;

  private Hedge(Duration delay, double percentile, RetryBudget budget) {
    this.delay = delay;
    this.percentile = percentile;
    this.budget = budget;
  }

  /**
   * After a fixed time.
   *
   * @param delay longer than zero
   */
  public static Hedge after(Duration delay) {
    Require.positive("delay", delay);
    return new Hedge(delay, Double.NaN, budgetOf(DEFAULT_SHARE));
  }

  /**
   * After this percentile of the times of the last 512 successful attempts of the run, and at least 1 ms. Nothing is
   * hedged before 100 attempts have succeeded; so nothing of a single {@code call} of a function, which is a run of its own.
   *
   * @param percentile at least 50, less than 100
   */
  public static Hedge afterPercentile(double percentile) {
    if (!(percentile >= 50 && percentile < 100)) {
      throw new IllegalArgumentException(
          "percentile must be at least 50 and less than 100, not " + percentile + ": 95 is usual");
    }
    return new Hedge(Duration.ZERO, percentile, budgetOf(DEFAULT_SHARE));
  }

  private static RetryBudget budgetOf(double share) {
    return RetryBudget.of(share, FLOOR, WINDOW);
  }

  /**
   * How many hedges there may be: in any 10 s at most 5 plus this share of the attempts. All runs with the same hedge share it.
   *
   * @param share from 0 to 1; the default is 0.05, or 5 %
   */
  public Hedge budget(double share) {
    return new Hedge(delay, percentile, budgetOf(share));
  }

  /** The fixed time; zero if it follows a percentile. */
  public Duration delay() {
    return delay;
  }

  /** The percentile; empty if the time is fixed. */
  public OptionalDouble percentile() {
    return Double.isNaN(percentile) ? OptionalDouble.empty() : OptionalDouble.of(percentile);
  }

  /** The most hedges, as a share of the attempts. */
  public double share() {
    return budget.share();
  }

  /** Counts an attempt. Runs do that themselves. */
  public void count(long now) {
    budget.count(now);
  }

  /** Takes a hedge if there may be one more. Runs do that themselves. */
  public boolean tryTake(long now) {
    return budget.tryTake(now);
  }

  /** Gives a hedge back that was not made. Runs do that themselves. */
  public void giveBack(long now) {
    budget.giveBack(now);
  }

  @Override
  public String toString() {
    return new Shown("Hedge")
        .option("delay", delay, Duration.ZERO)
        .option("percentile", percentile, Double.NaN)
        .option("share", share(), DEFAULT_SHARE)
        .toString();
  }
}
