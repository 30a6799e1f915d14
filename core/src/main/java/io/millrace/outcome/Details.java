package io.millrace.outcome;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances of an outcome.
 *
 * @param index position of the item in its source, from 0
 * @param key the key that the item-key function gave the item; null without such a function
 * @param attempts calls of the action that were started; 0 for an item that never ran or was restored
 * @param elapsedNanos nanoseconds from the start of the first attempt to the end of the last one, with the
 *     waits between them
 * @param restored whether the value came from a checkpoint instead of a call
 */
public record Details(
    long index, @Nullable Object key, int attempts, long elapsedNanos, boolean restored) {

  /** {@link #elapsedNanos} as a duration. */
  public Duration elapsed() {
    return Duration.ofNanos(elapsedNanos);
  }
}
