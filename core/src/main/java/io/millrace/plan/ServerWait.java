package io.millrace.plan;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads from an answer how long the server asks its callers to stay away. */
@FunctionalInterface
public interface ServerWait {
  /**
   * Reads one answer.
   *
   * @param result what the attempt returned; null if it threw
   * @param error what the attempt threw; null if it returned
   * @param now the wall-clock time, for answers that name a date
   * @return how long to stay away; empty if the answer does not say, or not in a way that makes
   *     sense
   */
  Optional<Duration> of(@Nullable Object result, @Nullable Throwable error, Instant now);
}
