package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/** Finds the gate of a key. Guarded by the limiter's lock. */
interface Gates {
  /** The gate of a key, a new one if there is none. */
  Gate of(@Nullable Object key, long now);

  /** Holds every gate, also those that are made later. */
  void holdUntil(long time, Turn turn);

  /** Drops gates that need not be remembered, if there are too many. */
  void trim(long now);

  /** How many keys are remembered. */
  int keys();
}
