package io.millrace.engine;

import io.millrace.outcome.Outcome;

/** Where outcomes go. Called by many threads. */
sealed interface Sink permits Collected, Outlet, ToItems {
  /** A claim of fresh items was begun; called under the run's lock, in the order of their indices. */
  void begun(Claim claim);

  /** A further cell of the claim has its outcome. */
  void settled(Claim claim);

  /** The claim's worker was given up: nobody will settle more of it. */
  void leftBehind(Claim claim);

  /** A worker was given up with this outcome; called under the run's lock. */
  default void writtenOff(Claim settled) {
    settled(settled);
  }

  /** The same, soon after it, outside the lock. */
  default void abandoned(Outcome<?, ?> outcome) {}

  /** How many outcomes have left the window, given how many are settled. */
  long delivered(long settled);
}
