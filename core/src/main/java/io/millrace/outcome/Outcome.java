package io.millrace.outcome;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What came of one item. Every item has exactly one outcome, and a {@code switch} over the three
 * records is complete:
 *
 * {@snippet file="io/millrace/examples/OutcomeExampleTest.java" region="switch"}
 *
 * @param <T> the items
 * @param <R> the values
 */
public sealed interface Outcome<T extends @Nullable Object, R extends @Nullable Object>
    permits Success, Failure, NotRun {

  /** The item, as the source gave it. */
  T item();

  /** Index, key, attempts and time. */
  Details details();

  /**
   * What the action returned, or the value that takes the place of a failure: see {@code
   * ParallelFunction.orElse}.
   *
   * <p>If there is no value, this throws the reason: what the last attempt threw, itself, checked or not; a
   * {@link TruncatedRunException} for an item that did not run.
   */
  R value();

  /**
   * Why there is no value: what the last attempt threw, itself, or a {@link TruncatedRunException} for an
   * item that did not run; null for a success.
   */
  @Nullable Throwable error();

  /** Whether this is a {@link Success}. */
  default boolean isSuccess() {
    return this instanceof Success;
  }

  /** Position of the item in its source, from 0. */
  default long index() {
    return details().index();
  }

  /** The key that the item-key function gave the item; null without such a function. */
  default @Nullable Object key() {
    return details().key();
  }

  /** Calls of the action that were started. */
  default int attempts() {
    return details().attempts();
  }

  /** From the start of the first attempt to the end of the last one. */
  default Duration elapsed() {
    return details().elapsed();
  }

  /** Whether the value, or the final failure, came from a checkpoint instead of a call. */
  default boolean restored() {
    return details().restored();
  }
}
