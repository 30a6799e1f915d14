package io.millrace.outcome;

import org.jspecify.annotations.Nullable;

/**
 * The action returned a value, which may be null.
 *
 * @param item the item, as the source gave it
 * @param value what the action returned, or the value that takes the place of a failure
 * @param details index, key, attempts and time
 */
public record Success<T extends @Nullable Object, R extends @Nullable Object>(
    T item, R value, Details details) implements Outcome<T, R> {

  /** Null: nothing went wrong. */
  @Override
  public @Nullable Throwable error() {
    return null;
  }
}
