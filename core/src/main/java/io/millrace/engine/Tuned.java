package io.millrace.engine;

import io.millrace.outcome.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An item that brings its own options, gets its outcome itself, and can be withdrawn: what an executor's
 * task is. Only in runs that deliver {@link Engine.Delivery#TO_ITEMS}.
 */
public abstract class Tuned {
  private static final VarHandle BEGUN;

  static {
    try {
      BEGUN = MethodHandles.lookup().findVarHandle(Tuned.class, "stage", Stage.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private enum Stage {
    NEW,
    BEGUN,
    TAKEN_BACK
  }

  final Tuning tuning;

  /* A worker that begins races with whoever takes back what has not begun. */
  private volatile Stage stage = Stage.NEW;

  /** Where it waits; written by the worker that leaves it there, read by {@link Engine#withdraw}. */
  volatile @Nullable Ticket ticket;

  /** An item with these options. */
  protected Tuned(Tuning tuning) {
    this.tuning = tuning;
  }

  /** Whether nobody wants the outcome any more: then no attempt starts. Never goes back to false. */
  protected abstract boolean isUnwanted();

  /** By a worker, before each attempt: false if the item was taken back before the first one. */
  protected final boolean begin() {
    return BEGUN.compareAndSet(this, Stage.NEW, Stage.BEGUN) || stage == Stage.BEGUN;
  }

  /** By whoever ends the run: true if no attempt has begun, and none will. */
  final boolean takeBack() {
    return BEGUN.compareAndSet(this, Stage.NEW, Stage.TAKEN_BACK);
  }

  final boolean isTakenBack() {
    return stage == Stage.TAKEN_BACK;
  }

  final boolean isWithdrawn() {
    return isTakenBack() || isUnwanted();
  }

  /**
   * Called once, in a thread of the run, outside its lock, unless it was taken back; must not throw.
   */
  protected abstract void deliver(Outcome<?, ?> outcome);
}
