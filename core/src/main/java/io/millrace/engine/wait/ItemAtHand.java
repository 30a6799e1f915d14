package io.millrace.engine.wait;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Budgets;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.watch.Told;
import io.millrace.limit.spi.Demand;
import io.millrace.outcome.Details;
import io.millrace.plan.Retry;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The facts of the item that a worker is busy with. The worker's own, and used again for its next item;
 * but whoever abandons the worker reads {@link #calls}, {@link #key}, {@link #ticket}, {@link #demand}, {@link
 * #firstStartNanos} and {@link #isInCall}: it asks for the index first, and then needs to find the claim unchanged.
 */
public final class ItemAtHand {
  private static final long NONE = -1;
  private static final VarHandle INDEX;

  static {
    try {
      INDEX = MethodHandles.lookup().findVarHandle(ItemAtHand.class, "index", long.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private final Terms terms;
  public final Timekeeper worker;
  private @Nullable Claim claim;
  private @Nullable Tuned own;

  /* Written last, and emptied first: the facts are those of the item with this index. */
  private long index = NONE;

  public @Nullable Ticket ticket;
  public @Nullable Object key;
  public @Nullable Demand demand;

  /** With what it may fail, in words; null if that was not said. */
  public @Nullable Told told;

  /** A pause that its server has asked for, until it is told; null if there is none. */
  public @Nullable AskedPause pause;

  /** Whether the end of its last call was told; judging a call that is cut short begins again. */
  public boolean isEndTold;

  /** Whether limits that learn were told what came of its last call. */
  public boolean isAnswerTold;

  /**
   * Whether what its last call has cost is settled, or stays as it was estimated: because another call has the answer, which
   * says what that one has cost.
   */
  public boolean isSettled;

  /** What its last call came to, if another one has the answer, until limits and budgets have heard of it; otherwise null. */
  public @Nullable LostCall lost;

  /** Whether the budget of retries has given one for its last call. */
  public boolean hasRetry;

  /** What its next call takes from the budget. */
  public long cost;

  /** Calls so far, the one under way included. */
  public int calls;

  /** When the first call started, if there was one. */
  public long firstStartNanos;

  /* The word of the claim as its last call began. */
  private long callWord = NONE;

  /** Whether a permit was taken for a call that has not begun. */
  boolean hasPermit;

  public ItemAtHand(Terms terms, Timekeeper worker) {
    this.terms = terms;
    this.worker = worker;
  }

  public void take(Claim taken) {
    fill(taken);
    INDEX.setRelease(this, taken.index());
  }

  /** Takes an item that has been called, without a permit, since this time. */
  public void takeCalled(Claim taken, long startNanos) {
    fill(taken);
    firstStartNanos = calls == 0 ? startNanos : firstStartNanos;
    nextCall(taken);
    INDEX.setRelease(this, taken.index());
  }

  private void fill(Claim taken) {
    INDEX.setRelease(this, NONE);
    VarHandle.storeStoreFence();
    claim = taken;
    own = terms.isTuned && taken.item() instanceof Tuned task ? task : null;
    Ticket known = taken.ticket;
    ticket = known;
    key = known == null ? null : known.key;
    demand = known == null ? null : known.demand;
    calls = known == null ? 0 : known.attempts;
    firstStartNanos = known == null ? 0 : known.firstStartNanos;
    hasPermit = false;
    pause = null;
    isEndTold = false;
    isAnswerTold = false;
    isSettled = false;
    lost = null;
    hasRetry = false;
    callWord = NONE;
  }

  /** Lets go of the item. */
  public void clear() {
    INDEX.setRelease(this, NONE);
    claim = null;
    own = null;
    ticket = null;
    key = null;
    demand = null;
    told = null;
    pause = null;
    lost = null;
  }

  /** Whether the facts are those of this item; by any thread. */
  public boolean isOf(long itemIndex) {
    return (long) INDEX.getAcquire(this) == itemIndex;
  }

  /** A call begins: a permit that was taken for it is used. Answers whether one was. */
  public boolean callBegins() {
    boolean hadPermit = hasPermit;
    hasPermit = false;
    if (calls == 0) {
      firstStartNanos = worker.nowNanos;
    }
    nextCall(claim());
    INDEX.setRelease(this, index); // publishes the call
    return hadPermit;
  }

  private void nextCall(Claim called) {
    isEndTold = false;
    isAnswerTold = false;
    isSettled = false;
    lost = null;
    hasRetry = false;
    calls++;
    callWord = called.observe();
  }

  /** Whether it was in its last call when the word of its claim was this one; by any thread. */
  public boolean isInCall(long word) {
    return callWord != NONE && Claim.isSamePhase(callWord, word);
  }

  public Retry retry() {
    return own == null ? terms.config.retry : own.tuning.retry;
  }

  public Budgets budgets() {
    return own == null ? terms.budgets : own.tuning.budgets;
  }

  /** What the item brings along; null if the run's options hold for it. */
  public @Nullable Tuned own() {
    return own;
  }

  /** Whether its last call, which has returned, has done what it is for. */
  public boolean hasSucceeded() {
    return own == null || own.hasSucceeded();
  }

  /** Whether nobody wants the item's outcome any more. */
  public boolean isWithdrawn() {
    return own != null && own.isWithdrawn();
  }

  public @Nullable Object item() {
    return claim().item();
  }

  /** The item, if the user knows it: not a task, which stands for what was submitted. */
  public @Nullable Object itemOfUser() {
    return own == null ? item() : null;
  }

  public Claim claim() {
    if (claim == null) {
      throw new AssertionError("no item at hand");
    }
    return claim;
  }

  /** The item's ticket, made now if it has none yet. */
  public Ticket ticketed() {
    Ticket known = ticket;
    if (known == null) {
      known = new Ticket(claim().index(), item());
      known.key = key;
      known.demand = demand;
      known.rank = claim().rank();
      ticket = known;
      if (own != null) {
        own.ticket = known;
      }
    }
    return known;
  }

  /** Attempts that have ended. */
  public int attempts() {
    return ticket == null ? 0 : ticket.attempts;
  }

  public Details details() {
    Ticket known = ticket;
    long elapsed =
        known == null || known.attempts == 0 ? 0 : known.lastEndNanos - known.firstStartNanos;
    boolean isRestored = known != null && known.mark != null && known.mark.found != null;
    return new Details(claim().index(), key, attempts(), elapsed, isRestored);
  }
}
