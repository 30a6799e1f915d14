package io.millrace.engine.wait;

import io.millrace.engine.claim.TicketQueue;
import io.millrace.outcome.AttemptEvent;

/**
 * What an item may have to wait for before its attempt. An item that does not pass is queued, without a
 * worker; {@link Waits} sees to the ends that a wait can have. Thread-safe.
 */
public interface Obstacle extends TicketQueue {

  /** Lets the item pass if it need not wait. Never blocks; throws what the user's functions throw. */
  boolean tryPass(ItemAtHand at);

  /** What it is to the user. */
  AttemptEvent.Reason reason();
}
