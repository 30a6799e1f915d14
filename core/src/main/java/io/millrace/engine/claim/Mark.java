package io.millrace.engine.claim;

import io.millrace.checkpoint.spi.ItemId;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.outcome.Outcome;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What a run with a checkpoint knows of an item. It belongs to the item's ticket: one thread at a time has it, except
 * for {@link #take}.
 */
public final class Mark {
  public final ItemId id;
  public final byte[] fingerprint;

  /** Whether the checkpoint was asked for the item, or need not be. */
  public boolean isKnown;

  /** Whether the item was prepared for its obstacles. */
  public boolean isPrepared;

  /** What the checkpoint has instead of a call; null if the item has to run. */
  public @Nullable StoredOutcome found;

  /** What came of the item, to be stored before it is delivered; null if there is nothing to store. */
  public @Nullable StoredOutcome toStore;

  /** What is delivered once {@link #toStore} is durable. */
  public @Nullable Outcome<?, ?> outcome;

  /** Whether {@link #outcome} may be delivered: nothing of the item runs any more. */
  public boolean isDurable;

  /* The thread that looks items up races with the end of the run, which lets go what waits. */
  private final AtomicBoolean isTaken = new AtomicBoolean();

  public Mark(ItemId id, byte[] fingerprint) {
    this.id = id;
    this.fingerprint = fingerprint;
  }

  /** The same item, for somebody else than the thread that still has this. */
  public Mark forAnotherThread() {
    Mark other = new Mark(id, fingerprint);
    other.isKnown = true;
    other.isPrepared = true;
    return other;
  }

  /** Takes the item out of the queue for the checkpoint; false if somebody else did. */
  public boolean take() {
    return isTaken.compareAndSet(false, true);
  }

  /** Whether the item needs no call, only somebody who settles it. */
  boolean needsNoCall() {
    return isDurable || found != null;
  }
}
