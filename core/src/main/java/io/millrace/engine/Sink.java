package io.millrace.engine;

import io.millrace.outcome.Outcome;

/** Where outcomes go. Called by many threads. */
sealed interface Sink permits Collected, Outlet, ToItems {
  /** A further cell of the claim has its outcome. */
  void settled(Claim claim);

  /** The claim's worker has given it back; called under the run's lock. */
  default void givenBack(Claim claim) {}

  /** The claim's worker was given up: nobody will settle more of it. Called under the run's lock. */
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
