package io.millrace.engine.claim;

import static io.millrace.engine.claim.ClaimWord.end;
import static io.millrace.engine.claim.ClaimWord.position;
import static io.millrace.engine.claim.ClaimWord.reason;
import static io.millrace.engine.claim.ClaimWord.state;

import io.millrace.engine.claim.ClaimWord.State;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The cells of a claim, the word that says how far its owner is, and what can be read off these two. It is a
 * superclass rather than a part, so that nothing stands between a claim and its word.
 */
public abstract sealed class ClaimCells permits Claim {
  private static final VarHandle WORD;

  static {
    try {
      WORD = MethodHandles.lookup().findVarHandle(ClaimCells.class, "word", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** The index of an item is that of its cell, plus this. */
  final long base;

  /* Empty cells in the lead, then the items, then as many cells for their outcomes. */
  final @Nullable Object[] cells;
  final int most;

  volatile long word;

  ClaimCells(@Nullable Object[] cells, int most, long base) {
    this.cells = cells;
    this.most = most;
    this.base = base;
  }

  /** The word, while nobody else knows of the claim. */
  final long wordPlain() {
    return (long) WORD.get(this);
  }

  /** Sets the word, while nobody else knows of the claim. */
  final void wordPlain(long next) {
    WORD.set(this, next);
  }

  final int firstItem() {
    return cells.length - 2 * most;
  }

  final int firstOutcome() {
    return cells.length - most;
  }

  final boolean compareAndSet(long expected, long next) {
    return WORD.compareAndSet(this, expected, next);
  }

  /** How many items it can hold. */
  public final int most() {
    return most;
  }

  public final boolean hasItem() {
    long seen = word;
    return position(seen) < end(seen);
  }

  public final @Nullable Object item() {
    return cells[position(word)];
  }

  public final long index() {
    return base + position(word);
  }

  /** How many items of this claim its owner has left waiting. */
  public final int waiting() {
    return ClaimWord.waiting(word);
  }

  /** How many items were appended so far; only while loading. */
  public final int loading() {
    return end(word) - firstItem();
  }

  /** Whether there are items that nobody works on, and that could be stolen. */
  public final boolean hasMore() {
    long seen = word;
    return switch (state(seen)) {
      case LOADING -> position(seen) < end(seen) && end(seen) < firstOutcome();
      case RUNNING, SEALED, INTERRUPTING, INTERRUPTED -> position(seen) + 1 < end(seen);
      case ABANDONING, ABANDONED -> false;
    };
  }

  /** Whether an interrupt was announced that has not been sent. */
  public final boolean isInterruptOnItsWay() {
    State state = state(word);
    return state == State.INTERRUPTING || state == State.ABANDONING;
  }

  /** A value that is the same as long as the owner works on the same cell without interruption. */
  public final long observe() {
    return word;
  }

  public static boolean isRunning(long seen) {
    return state(seen) == State.RUNNING && position(seen) < end(seen);
  }

  /** Whether the owner was interrupted at what was seen, and is still busy with it. */
  public static boolean isInterrupted(long seen) {
    return state(seen) == State.INTERRUPTED;
  }

  /** Whether an interrupt of the owner at what was seen was announced that has not been sent. */
  public static boolean isInterrupting(long seen) {
    return state(seen) == State.INTERRUPTING;
  }

  /** Whether its owner has settled all of it. */
  public static boolean isThrough(long seen) {
    return state(seen) == State.RUNNING && position(seen) == end(seen);
  }

  /** Whether it can be abandoned though no interrupt was sent: after the end of the run. */
  public static boolean isBeyondInterrupts(long seen) {
    return state(seen) == State.SEALED || state(seen) == State.INTERRUPTING;
  }

  /** Why the owner was interrupted at what was seen. */
  public static Interruption interruption(long seen) {
    return reason(seen);
  }

  public final @Nullable Object item(long seen) {
    return cells[position(seen)];
  }

  public final long index(long seen) {
    return base + position(seen);
  }

  /** Copies outcomes of items that this owner is through with; not those of items that wait. */
  public final void copyOutcomes(long index, @Nullable Object[] to, int offset, int length) {
    int from = (int) (index - base) + most;
    if (waiting() == 0) {
      System.arraycopy(cells, from, to, offset, length);
      return;
    }
    for (int i = 0; i < length; i++) {
      if (cells[from + i] != Ticket.WAITING) {
        to[offset + i] = cells[from + i];
      }
    }
  }

  /** The outcome of the only item; null if it has none yet. */
  public final @Nullable Object outcome() {
    return cells[firstOutcome()];
  }

  /** Lets go of what was taken, from one cell of an outcome to another. */
  public final void clear(int from, int to) {
    Arrays.fill(cells, from, to, null);
    if (most > 1) {
      Arrays.fill(cells, from - most, to - most, null);
    }
  }

  /** The cells, for those who know in which of them there are outcomes. */
  public final @Nullable Object[] cells() {
    return cells;
  }

  /** Whether two words are about the same phase of the same item. */
  public static boolean isSamePhase(long one, long other) {
    return ClaimWord.isSameWork(one, other);
  }
}
