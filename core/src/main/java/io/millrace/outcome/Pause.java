package io.millrace.outcome;

import java.time.Duration;

/**
 * Pauses that servers have asked for, with the same origin.
 *
 * @param origin who asked for them, as a {@link Wording} says
 * @param times how often
 * @param left how long the last one still holds; zero if it is over
 */
public record Pause(String origin, long times, Duration left) {
  /** Whether it holds now. */
  public boolean isHolding() {
    return left.isPositive();
  }
}
