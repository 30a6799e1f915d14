package io.millrace.engine.terms;

import io.millrace.engine.claim.Ticket;
import io.millrace.outcome.Outcome;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * An item that brings its own options, gets its outcome itself, and can be withdrawn: what an executor's
 * task is. Only in runs that deliver to their items.
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

  public final Tuning tuning;

  /* A worker that begins races with whoever takes back what has not begun. */
  private volatile Stage stage = Stage.NEW;

  /** Where it waits; written by the worker that leaves it there, read by whoever withdraws it. */
  public volatile @Nullable Ticket ticket;

  /* Its place in the feed that it waits in: the queue, null if it is in none, and its neighbours. Guarded by that feed's
   * lock; in a queue that was taken out of its feed, they are those of the thread that did so. */
  public @Nullable Object feedQueue;
  public @Nullable Tuned nextInFeed;
  public @Nullable Tuned previousInFeed;

  /** An item with these options. */
  protected Tuned(Tuning tuning) {
    this.tuning = tuning;
  }

  /** Whether the last attempt has called what it is for: if not, no permit was used for it. */
  public boolean hasCalled() {
    return true;
  }

  /** Whether the last attempt, which has returned, has done what it is for. */
  public boolean hasSucceeded() {
    return hasCalled();
  }

  /** Whether nobody wants the outcome any more: then no attempt starts. Never goes back to false. */
  protected abstract boolean isUnwanted();

  /**
   * Whether it may be dropped to make room for another one. Asked under the feed's lock; once false, it stays false
   * as long as the item is in the feed.
   */
  public boolean isReplaceable() {
    return false;
  }

  /** By a worker, before each attempt: false if the item was taken back before the first one. */
  protected final boolean begin() {
    return BEGUN.compareAndSet(this, Stage.NEW, Stage.BEGUN) || stage == Stage.BEGUN;
  }

  /** Whether an attempt has begun: while that is not so, whoever finds it unwanted knows that none calls what it is for. */
  protected final boolean hasBegun() {
    return stage == Stage.BEGUN;
  }

  /** By whoever ends the run: true if no attempt has begun, and none will. */
  public final boolean takeBack() {
    return BEGUN.compareAndSet(this, Stage.NEW, Stage.TAKEN_BACK);
  }

  public final boolean isTakenBack() {
    return stage == Stage.TAKEN_BACK;
  }

  public final boolean isWithdrawn() {
    return isTakenBack() || isUnwanted();
  }

  /** The same of any item: one that brings no options cannot be withdrawn. */
  public static boolean isWithdrawn(@Nullable Object item) {
    return item instanceof Tuned task && task.isWithdrawn();
  }

  /**
   * Called once, in a thread of the run, outside its lock, unless it was taken back; must not throw.
   */
  public abstract void deliver(Outcome<?, ?> outcome);
}
