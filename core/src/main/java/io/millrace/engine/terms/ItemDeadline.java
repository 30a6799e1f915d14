package io.millrace.engine.terms;

import java.util.concurrent.TimeoutException;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * When items have waited long enough, where each has a time of its own, which may have begun before it was read. It ends
 * waits, and keeps attempts from beginning; one that has begun is not interrupted.
 *
 * @param nanos by the run's clock; {@link #NEVER} if nothing ends the item's waits yet. Called by the thread that has
 *     the item, more than once; it has to be quick, and must not throw
 */
public record ItemDeadline(ToLongFunction<@Nullable Object> nanos) {
  /** No time at all. */
  public static final long NEVER = Long.MAX_VALUE;

  /** Whether the item's time is up at this time of the run's clock. */
  public static boolean isOver(@Nullable ItemDeadline deadline, @Nullable Object item, long now) {
    long nanos = of(deadline, item);
    return nanos != NEVER && nanos - now <= 0;
  }

  /** When the item's time is up. */
  public static long of(@Nullable ItemDeadline deadline, @Nullable Object item) {
    return deadline == null ? NEVER : deadline.nanos.applyAsLong(item);
  }

  /** The earlier one of two deadlines. */
  public static long earlier(long one, long other) {
    return one == NEVER || (other != NEVER && other - one < 0) ? other : one;
  }

  /** What an item fails with whose next attempt would begin after its time. */
  public static TimeoutException error(int attempts, @Nullable Throwable cause) {
    TimeoutException error =
        new TimeoutException(
            "attempt " + (attempts + 1) + " would begin after the time of its item");
    if (cause != null) {
      error.initCause(cause);
    }
    return error;
  }
}
