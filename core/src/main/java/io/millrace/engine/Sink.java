package io.millrace.engine;

/** Where outcomes go. Called by many threads. */
sealed interface Sink permits Collected, Outlet {
  /** A claim of fresh items was begun; called under the run's lock, in the order of their indices. */
  void begun(Claim claim);

  /** A further cell of the claim has its outcome. */
  void settled(Claim claim);

  /** The claim's worker was given up: nobody will settle more of it. */
  void leftBehind(Claim claim);

  /** How many outcomes have left the window, given how many are settled. */
  long delivered(long settled);
}
