package io.millrace.limit;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds the gate of a key, in two steps, because keys' {@code equals} must not run under a lock. */
interface Gates {
  /** The way past the limiter's lock; null if there is none. */
  default @Nullable ShortWay shortWay() {
    return null;
  }

  /** What a search has found: a gate, or where a new one belongs. */
  sealed interface Spot permits Gate, KeyedGates.Vacancy {}

  /** Searches the gate of a key. Called without the limiter's lock. */
  Spot search(@Nullable Key key);

  /** Whether nothing limits a key, because nothing is known of it. Called without the limiter's lock. */
  boolean isOpen(@Nullable Key key);

  /** An attempt on a key that was open was granted. Called without the limiter's lock. */
  void granted(@Nullable Key key);

  /**
   * The gate at a spot, a new one if there is none; null if keys have come or gone since the search, which
   * has to be repeated then. Guarded by the limiter's lock.
   */
  @Nullable Gate at(Spot spot, long now);

  /** Applies a pause of everybody to gates that have to know at once. Guarded by the limiter's lock. */
  void paused(Turn turn);

  /** More permits were added to what all have in common. Guarded by the limiter's lock. */
  void added(Turn turn);

  /**
   * Changes what all keys have in common. The gates of the keys are to be changed afterwards, one by one: {@link
   * Gate#change}. Guarded by the limiter's lock.
   */
  List<Gate> change(Leaves leaves, Turn turn);

  /** An answer has come to a gate, which may have been dropped meanwhile. Guarded by the limiter's lock. */
  void answered(Gate gate);

  /** Drops gates that need not be remembered, if there are too many. Guarded by the limiter's lock. */
  void trim(long now);

  /** How many keys are remembered. Guarded by the limiter's lock. */
  int keys();

  /** Somebody waits at a gate now, or nobody any more. Guarded by the limiter's lock. */
  void awaited(Gate gate, boolean isAwaited);

  /** The gates at which somebody waits, possibly others as well. Guarded by the limiter's lock. */
  List<Gate> awaited();
}
