package io.millrace.outcome;

import io.millrace.base.Rethrow;
import org.jspecify.annotations.Nullable;

/**
 * The item failed for good: its retries, if any, are used up.
 *
 * @param item the item, as the source gave it
 * @param error what the last attempt threw, itself and not a wrapper; a {@link java.util.concurrent.TimeoutException}
 *     if a timeout ended it, an {@link AbandonedException} if it ignored its interrupt
 * @param details index, key, attempts and time
 */
public record Failure<T extends @Nullable Object, R extends @Nullable Object>(
    T item, Throwable error, Details details) implements Outcome<T, R> {

  /** Throws {@link #error}, itself. */
  @Override
  public R value() {
    throw Rethrow.asIs(error);
  }
}
