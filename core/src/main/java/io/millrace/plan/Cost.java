package io.millrace.plan;

import java.util.Objects;
import java.util.function.ToLongBiFunction;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * How many permits an attempt takes. Immutable.
 *
 * @param estimate what is taken before the attempt, at least 0; a cost above the limit's capacity
 *     fails the item
 * @param actual what a success turns out to have cost; null to leave the estimate
 */
public record Cost(
    ToLongFunction<@Nullable Object> estimate,
    @Nullable ToLongBiFunction<@Nullable Object, @Nullable Object> actual) {
  /** One permit an attempt. */
  public static final Cost ONE = new Cost(item -> 1, null);

  /** Checks the arguments. */
  public Cost {
    Objects.requireNonNull(estimate, "cost");
  }

  /** As many permits as the function says of the item. */
  public static <T extends @Nullable Object> Cost of(ToLongFunction<? super T> estimate) {
    return ONE.estimating(estimate);
  }

  /** A copy with another estimate. */
  @SuppressWarnings("unchecked")
  <T extends @Nullable Object> Cost estimating(ToLongFunction<? super T> estimate) {
    return new Cost((ToLongFunction<@Nullable Object>) estimate, actual);
  }

  /**
   * A copy in which a success gives back the permits that it did not need, or owes those that it needed beyond
   * its estimate, for which later attempts wait.
   *
   * @param actual the true cost, from the item and its value; at least 0
   */
  @SuppressWarnings("unchecked")
  public <T extends @Nullable Object, R extends @Nullable Object> Cost settling(
      ToLongBiFunction<? super T, ? super R> actual) {
    Objects.requireNonNull(actual, "actual");
    return new Cost(estimate, (ToLongBiFunction<@Nullable Object, @Nullable Object>) actual);
  }

  /**
   * The permits of one attempt.
   *
   * @throws IllegalArgumentException if the function returns a negative number
   */
  public long of(@Nullable Object item) {
    return notNegative(this == ONE ? 1 : estimate.applyAsLong(item));
  }

  /** What a success has to give back (above 0) or owes (below 0). */
  public long excess(long taken, @Nullable Object item, @Nullable Object value) {
    return actual == null ? 0 : taken - notNegative(actual.applyAsLong(item, value));
  }

  private static long notNegative(long permits) {
    if (permits < 0) {
      throw new IllegalArgumentException("cost must be at least 0, not " + permits);
    }
    return permits;
  }

  @Override
  public String toString() {
    String before = estimate == ONE.estimate ? "1" : "by item";
    return "Cost[" + before + (actual == null ? "]" : ", settled]");
  }
}
