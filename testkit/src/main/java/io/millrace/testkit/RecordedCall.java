package io.millrace.testkit;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A call of a {@link ScriptedAction}. Times are the clock's, since the action was made.
 *
 * @param item the item
 * @param attempt which call for this item (or an equal one) it was, from 1
 * @param thread the thread it was made in
 * @param start when it began
 * @param end when it returned or threw; empty if it is still running
 * @param <T> the items
 */
public record RecordedCall<T extends @Nullable Object>(
    T item, int attempt, Thread thread, Duration start, Optional<Duration> end) {

  /** The call when it has ended. */
  RecordedCall<T> endedAt(Duration end) {
    return new RecordedCall<>(item, attempt, thread, start, Optional.of(end));
  }
}
