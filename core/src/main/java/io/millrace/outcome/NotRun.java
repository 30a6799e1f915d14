package io.millrace.outcome;

import org.jspecify.annotations.Nullable;

/**
 * The run ended before the item had a result: it was never started, or the end of the run interrupted it.
 *
 * @param item the item, as the source gave it
 * @param reason how the run ended; never {@code RUNNING} or {@code COMPLETED}
 * @param details index, key, attempts and time; more than 0 attempts if it had been started
 */
public record NotRun<T extends @Nullable Object, R extends @Nullable Object>(
    T item, RunStatus reason, Details details) implements Outcome<T, R> {

  /** Throws {@link #error}. */
  @Override
  public R value() {
    throw error();
  }

  /** A new exception, which names the item's index and the reason. */
  @Override
  public TruncatedRunException error() {
    return new TruncatedRunException(reason, index());
  }
}
