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
  /** Those of this origin elsewhere, too. */
  Pause plus(Pause others) {
    Duration longer = left.compareTo(others.left) >= 0 ? left : others.left;
    return new Pause(origin, times + others.times, longer);
  }

  /** Whether it holds now. */
  public boolean isHolding() {
    return left.isPositive();
  }
}
