package io.millrace.engine;

import io.millrace.engine.claim.Ticket;
import java.util.List;

/**
 * What a turn at the run's lock can require outside of the lock: threads to start, waiters to tell, ends to carry
 * out. Called without the lock, by the thread that had that turn.
 */
interface Effects {
  /** A worker is expected: a thread for it. Never throws. */
  void startWorker(int generation);

  /** These items have got permits, but may not begin: others may use them. */
  void giveBack(List<Ticket> unusable);

  /** Outcomes were handed over: their consumer has to be told. */
  void news();

  /** All slots are busy: somebody else may have to read the source in a moment. */
  void readAheadSoon();

  /** A slot is free: permits that could not be taken may be offered again. */
  void resumeOffers();

  /** Abandoned workers keep all slots, or all carriers: the run's patience begins. */
  void stalled();

  /** The run has ended: nothing may run any more, nothing may wait. */
  void windUp();

  /** Every admitted item has its outcome, and none will be admitted. */
  void over();

  /** The run is over, and no worker is left that has to be waited for. */
  void joined();
}
