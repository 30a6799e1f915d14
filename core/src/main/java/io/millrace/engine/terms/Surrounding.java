package io.millrace.engine.terms;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The cancel scope in which a run is started, and with which it is stopped, as the engine sees it. Thread-safe.
 */
public interface Surrounding {
  /** Bound in the threads of whoever is inside. */
  ScopedValue<Surrounding> CURRENT = ScopedValue.newInstance();

  /**
   * Makes something that everybody shares outside of any scope: that of whoever needs it first must
   * not end it.
   */
  @SuppressWarnings("NullAway") // null unbinds
  static <R> R outside(Supplier<R> making) {
    return ScopedValue.where(CURRENT, null).call(making::get);
  }

  /** What the calling thread is inside of; null if nothing. */
  static @Nullable Surrounding current() {
    return CURRENT.isBound() ? CURRENT.get() : null;
  }

  /**
   * Has the run stopped when this is cancelled, at once if it is already.
   *
   * @param stop never blocks; may be called more than once
   * @return takes that back
   */
  Runnable onCancel(Runnable stop);

  /** A worker's way in. */
  Presence presence();

  /** One worker inside of it. */
  interface Presence {
    /** Runs the worker inside, in its own thread. */
    void run(Runnable worker);

    /** Interrupts the worker because its run has ended; called while it runs. */
    void interrupt(Thread worker);
  }
}
