package io.millrace.plan;

import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A blocking function of one item, which may throw anything.
 *
 * <p>Several threads call it at once, so whatever it shares must be thread-safe. To cancel it (stop, timeout,
 * early close) its thread is interrupted; an action that ignores interrupts is abandoned after the grace
 * period.
 *
 * @param <T> the items
 * @param <R> the values; null is a value like any other
 */
@FunctionalInterface
public interface Action<T extends @Nullable Object, R extends @Nullable Object> {

  /**
   * Does the work for one item.
   *
   * @param item the item, as the source gave it
   * @return the value
   * @throws Exception anything; that is a failure of the item, and not of the run
   */
  R apply(T item) throws Exception;

  /**
   * Adapts a function that returns a {@link CompletionStage}: the call waits for the stage and returns its
   * value or throws its failure, itself and not a wrapper. An interrupt cancels the stage.
   */
  static <T extends @Nullable Object, R extends @Nullable Object> Action<T, R> awaiting(
      Function<? super T, ? extends CompletionStage<? extends R>> function) {
    Objects.requireNonNull(function, "function");
    return item -> Stages.await(function.apply(item));
  }

  /** Adapts a function of two arguments to items that are entries, for example of a map or a zip. */
  static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
      Action<Map.Entry<A, B>, R> spread(Two<? super A, ? super B, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return entry -> function.apply(entry.getKey(), entry.getValue());
  }

  /** Adapts a function of three arguments to items that are triples, for example of a zip. */
  static <
          A extends @Nullable Object,
          B extends @Nullable Object,
          C extends @Nullable Object,
          R extends @Nullable Object>
      Action<Triple<A, B, C>, R> spread(
          Three<? super A, ? super B, ? super C, ? extends R> function) {
    Objects.requireNonNull(function, "function");
    return triple -> function.apply(triple.first(), triple.second(), triple.third());
  }

  /** An action without a value that may throw anything. */
  @FunctionalInterface
  interface Each<T extends @Nullable Object> {
    /**
     * Does the work for one item.
     *
     * @throws Exception anything
     */
    void accept(T item) throws Exception;
  }

  /** A function of two arguments that may throw anything. */
  @FunctionalInterface
  interface Two<
      A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object> {
    /**
     * Does the work for one pair of arguments.
     *
     * @throws Exception anything
     */
    R apply(A first, B second) throws Exception;
  }

  /** A function of three arguments that may throw anything. */
  @FunctionalInterface
  interface Three<
      A extends @Nullable Object,
      B extends @Nullable Object,
      C extends @Nullable Object,
      R extends @Nullable Object> {
    /**
     * Does the work for three arguments.
     *
     * @throws Exception anything
     */
    R apply(A first, B second, C third) throws Exception;
  }
}
