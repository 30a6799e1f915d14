package io.millrace.engine;

import io.millrace.outcome.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * An item that brings its own options, gets its outcome itself, and can be withdrawn: what an executor's
 * task is. Only in runs that deliver {@link Engine.Delivery#TO_ITEMS}.
 */
public abstract class Tuned {
  final Tuning tuning;

  /** Where it waits; written by the worker that leaves it there, read by {@link Engine#withdraw}. */
  volatile @Nullable Ticket ticket;

  /** An item with these options. */
  protected Tuned(Tuning tuning) {
    this.tuning = tuning;
  }

  /** Whether nobody wants the outcome any more: then no attempt starts. Never goes back to false. */
  protected abstract boolean isWithdrawn();

  /** Called once, in a thread of the run, outside its lock; must not throw. */
  protected abstract void deliver(Outcome<?, ?> outcome);
}
