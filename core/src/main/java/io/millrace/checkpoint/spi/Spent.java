package io.millrace.checkpoint.spi;

/**
 * What all the runs of a checkpoint have spent together.
 *
 * @param calls calls of the action that were started, retries included; at least 0
 * @param permits what calls cost by the {@link io.millrace.plan.Cost} of a budget; runs without such a budget add nothing
 * @param money what results cost by the price of a budget: a finite number of at least 0; runs without such a budget add
 *     nothing
 */
public record Spent(long calls, long permits, double money) {
  /** Nothing. */
  public static final Spent NONE = new Spent(0, 0, 0);

  /** Checks the arguments. */
  public Spent {
    if (calls < 0 || permits < 0) {
      throw new IllegalArgumentException(
          "calls and permits must be at least 0, not " + calls + " and " + permits);
    }
    if (!(money >= 0 && money < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "money must be a finite number of at least 0, not " + money);
    }
  }
}
