package io.millrace.engine.out;

import io.millrace.engine.claim.Claim;
import io.millrace.outcome.Outcome;

/** Where outcomes go. Called by many threads. */
public sealed interface Sink permits Collected, Outlet, ToItems {
  /** A further cell of the claim has its outcome. Called by the claim's owner, without a lock. */
  void settled(Claim claim);

  /**
   * Nobody will settle more of the claim: its owner has given it back, or was abandoned. Called under the
   * run's lock; the consumer is told when that is free.
   */
  void givenBack(Claim claim);

  /** The claim may have outcomes that its consumer has not heard of. Called under the run's lock. */
  default void show(Claim claim) {}

  /** An item was settled for an abandoned worker: a claim of it alone. Called under the run's lock. */
  default void settledForAbandoned(Claim settled) {
    givenBack(settled);
  }

  /** Nobody will ask for outcomes any more. Called when no worker is left but abandoned ones. */
  default void drop() {}

  /** How many outcomes have left the window, given how many are settled. */
  long delivered(long settled);

  /**
   * Whether outcomes may leave the window although no worker settles any; to be asked before {@link #delivered}. Called under the run's lock when every worker is
   * idle.
   */
  default boolean mayMakeRoom() {
    return false;
  }

  /** Whether {@link #abandoned} does anything; then the run is not gone before that is done. */
  default boolean tellsAbandoned() {
    return false;
  }

  /**
   * An item was settled for an abandoned worker. Called without the lock, soon after it.
   *
   * @param told to be called once, when the item has heard of it
   */
  default void abandoned(Outcome<?, ?> outcome, Runnable told) {}
}
