package io.millrace.plan;

import java.time.Duration;
import java.util.Objects;

/**
 * A move of an adaptive concurrency: see {@code Parallel.adaptive}.
 *
 * @param before attempts at once
 * @param after attempts at once
 * @param reason why it moved
 * @param latency the mean latency of successful attempts since the last move
 * @param unloaded the mean latency of successful attempts when few run at once, as far as it is known
 */
public record ConcurrencyChange(
    int before, int after, Reason reason, Duration latency, Duration unloaded) {
  /** Why a concurrency moves. */
  public enum Reason {
    /** Attempts take no longer than before, so it doubles. */
    STARTING,
    /** It goes down for a moment, to measure how long attempts take when fewer run at once. */
    MEASURING,
    /** That was measured: it goes to the concurrency that fits. */
    MEASURED,
    /** Attempts take hardly longer than when few run at once, so it grows. */
    GROWING,
    /** Attempts take longer than when few run at once, so it shrinks. */
    SLOWER,
    /**
     * A {@link RunControl}, a run or an executor was given a bound below what it had found, or has raised a bound
     * that was below its minimum.
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
