package io.millrace.outcome;

/** What an item of a run may wait for. */
public enum WaitCause {
  /** A slot: all attempts that may run at once are running. */
  SLOT,
  /** A permit of the rate limit. */
  RATE,
  /** The end of a pause of the rate limit, which a server has asked for. */
  PAUSE,
  /** The end of the backoff before its retry. */
  BACKOFF,
  /** The end of another item with the same key. */
  KEY,
  /** Permits of its task's semaphore. */
  SEMAPHORE,
  /** The store of the checkpoint: to be looked up, or to be stored. */
  CHECKPOINT
}
