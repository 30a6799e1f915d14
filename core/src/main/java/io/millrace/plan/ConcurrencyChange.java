package io.millrace.plan;

import java.time.Duration;
import java.util.Objects;

/**
 * A move of a concurrency that finds itself: see {@code Parallel.adaptive}.
 *
 * @param before attempts at once
 * @param after attempts at once
 * @param reason why it moved
 * @param latency the mean of successful attempts since the last move
 * @param unloaded the mean of successful attempts when few run at once, as far as is known
 */
public record ConcurrencyChange(
    int before, int after, Reason reason, Duration latency, Duration unloaded) {
  /** Why a concurrency moves. */
  public enum Reason {
    /** Attempts take no longer than before, so it doubles. */
    STARTING,
    /** It goes down for a moment, to measure how long attempts take when fewer run at once. */
    MEASURING,
    /** That is measured: it goes to what fits. */
    MEASURED,
    /** Attempts take hardly longer than when few run at once, so it grows. */
    GROWING,
    /** Attempts take longer than when few run at once, so it shrinks. */
    SLOWER,
    /**
     * A {@link RunControl}, a run or an executor was given a lower bound than it had found; or one that was below the
     * least, and has risen again.
     */
    BOUNDED
  }

  /** Checks the arguments. */
  public ConcurrencyChange {
    Objects.requireNonNull(reason, "reason");
    Objects.requireNonNull(latency, "latency");
    Objects.requireNonNull(unloaded, "unloaded");
  }
}
