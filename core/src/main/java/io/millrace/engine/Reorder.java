package io.millrace.engine;

import io.millrace.outcome.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Puts outcomes back into the order of their items. What is early lies in a ring; it never holds more
 * than the window, because nothing beyond the window is admitted. Used by the consumer only.
 */
final class Reorder {
  private static final int FIRST_SIZE = 64;
  private @Nullable Outcome<?, ?>[] ring = new Outcome<?, ?>[FIRST_SIZE];
  private long next;

  void add(Outcome<?, ?> outcome) {
    long index = outcome.index();
    while (index - next >= ring.length) {
      grow();
    }
    ring[slot(index)] = outcome;
  }

  @Nullable Outcome<?, ?> poll() {
    int slot = slot(next);
    Outcome<?, ?> outcome = ring[slot];
    if (outcome != null) {
      ring[slot] = null;
      next++;
    }
    return outcome;
  }

  private int slot(long index) {
    return (int) (index & ring.length - 1);
  }

  private void grow() {
    @Nullable Outcome<?, ?>[] old = ring;
    ring = new Outcome<?, ?>[old.length * 2];
    for (Outcome<?, ?> early : old) {
      if (early != null) {
        ring[slot(early.index())] = early;
      }
    }
  }
}
