package io.millrace.engine.out;

import io.millrace.outcome.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the outcomes that come before their turn. They lie in a ring; it never holds more than the window,
 * because nothing beyond the window is admitted. Used by the consumer only.
 */
public final class Reorder {
  private static final int FIRST_SIZE = 64;
  private @Nullable Outcome<?, ?>[] ring = new Outcome<?, ?>[FIRST_SIZE];

  /** Keeps an outcome, while that of {@code next} is the one to be handed out next. */
  public void keep(Outcome<?, ?> early, long next) {
    while (early.index() - next >= ring.length) {
      grow();
    }
    ring[slot(early.index())] = early;
  }

  /** The outcome with this index if it has come; it is not kept any longer. */
  public @Nullable Outcome<?, ?> take(long index) {
    int slot = slot(index);
    Outcome<?, ?> outcome = ring[slot];
    if (outcome != null) {
      ring[slot] = null;
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
