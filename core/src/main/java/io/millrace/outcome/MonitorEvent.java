package io.millrace.outcome;

import io.millrace.plan.ConcurrencyChange;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What a {@code Monitor} tells its listener. */
public sealed interface MonitorEvent {
  /**
   * An attempt begins, an item has to wait, or will be tried again.
   *
   * @param event what {@code Parallel.onAttempt} hears as well
   */
  record Attempt(AttemptEvent event) implements MonitorEvent {}

  /**
   * An attempt has ended.
   *
   * @param item as of {@link AttemptEvent#item}
   * @param error what it threw, a {@link java.util.concurrent.TimeoutException} if a timeout ended it, an
   *     {@link AbandonedException} if it was abandoned; null if it returned
   * @param took how long the attempt took, or how long it had taken when it was abandoned
   * @param details counts this attempt as well
   */
  record Ended(@Nullable Object item, @Nullable Throwable error, Duration took, Details details)
      implements MonitorEvent {}

  /**
   * A server asks for a pause.
   *
   * @param origin who asked for it, as a {@link Wording} says
   * @param length how long
   */
  record Paused(String origin, Duration length) implements MonitorEvent {}

  /**
   * An adaptive concurrency has moved.
   *
   * @param change from where, to where and why
   */
  record ConcurrencyChanged(ConcurrencyChange change) implements MonitorEvent {}
}
