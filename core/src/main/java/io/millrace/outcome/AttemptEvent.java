package io.millrace.outcome;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What happens to an item before it has an outcome: see {@code Parallel.onAttempt}.
 *
 * {@snippet file="io/millrace/examples/OutcomeExampleTest.java" region="attempts"}
 */
public sealed interface AttemptEvent {

  /** The item, as the source gave it; null for a task of an executor, which has none. */
  @Nullable Object item();

  /** Index and key, the attempts so far, and the time since the first of them began. */
  Details details();

  /**
   * An attempt is about to begin. It has its permits, and its part of the budget. If the run ends while a listener
   * hears of this, and interrupts what runs, the call is not made; after a drain it is made.
   *
   * @param item see {@link AttemptEvent#item}
   * @param details counts this attempt as well
   */
  record Starting(@Nullable Object item, Details details) implements AttemptEvent {}

  /**
   * An attempt takes long, and gets a second call, which is about to begin: see {@code Parallel.hedgeIdempotent}. It has its
   * permits, and its part of the budget. If the first call ends meanwhile, the second one is not made.
   *
   * @param item see {@link AttemptEvent#item}
   * @param details those of the attempt, which counts as one
   */
  record Hedging(@Nullable Object item, Details details) implements AttemptEvent {}

  /**
   * An attempt has failed, and the item will be tried again. There is no event for the failure of the last
   * attempt, which makes the outcome.
   *
   * @param item see {@link AttemptEvent#item}
   * @param error what it threw; a {@link java.util.concurrent.TimeoutException} if a timeout ended it, a
   *     {@link RejectedResultException} for a result that the retry policy rejects
   * @param delay how long the item waits before it may be tried again
   * @param details see {@link AttemptEvent#details}
   */
  record Retrying(@Nullable Object item, Throwable error, Duration delay, Details details)
      implements AttemptEvent {}

  /**
   * The item has to wait for a limit before its next attempt. It holds no worker while it waits.
   *
   * @param item see {@link AttemptEvent#item}
   * @param reason what it waits for
   * @param details see {@link AttemptEvent#details}
   */
  record Waiting(@Nullable Object item, Reason reason, Details details) implements AttemptEvent {}

  /** What an item may wait for. */
  enum Reason {
    /** A permit of the rate limit. */
    RATE,
    /** The end of another item with the same key. */
    CONCURRENCY_PER_KEY,
    /** Permits of its task's semaphore. */
    SEMAPHORE
  }
}
