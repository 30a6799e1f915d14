package io.millrace.engine.claim;

import static io.millrace.engine.claim.ClaimWord.POSITION_ONE;
import static io.millrace.engine.claim.ClaimWord.WAITING_ONE;
import static io.millrace.engine.claim.ClaimWord.end;
import static io.millrace.engine.claim.ClaimWord.interrupting;
import static io.millrace.engine.claim.ClaimWord.isSameWork;
import static io.millrace.engine.claim.ClaimWord.position;
import static io.millrace.engine.claim.ClaimWord.reason;
import static io.millrace.engine.claim.ClaimWord.state;
import static io.millrace.engine.claim.ClaimWord.with;
import static io.millrace.engine.claim.ClaimWord.withEnd;
import static io.millrace.engine.claim.ClaimWord.withPosition;
import static io.millrace.engine.claim.ClaimWord.word;

import io.millrace.base.ShortWait;
import io.millrace.engine.claim.ClaimWord.State;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Consecutive items that travel together; each has a cell for itself and one for its outcome.
 *
 * <p>One word says everything that threads race for: which cell is being worked on, where the claim
 * ends, and its state. So each race is one compare-and-set of that word:
 *
 * <pre>
 *            filled                      timeout, stop            interrupt sent
 *   LOADING --------> RUNNING ------------------> INTERRUPTING ----------------> INTERRUPTED
 *                      |   ^  done: next cell                                    |       |
 *                sealed|   |  unsealed: next phase           sealed by the owner |       | ignored
 *                      v   |                                                     v       v
 *                     SEALED <----------------------------------------------- SEALED  ABANDONED
 * </pre>
 *
 * <p>An item has phases: its functions for keys and costs, its call, what judges that. Each has a time of
 * its own, and an interrupt that was meant for one of them never reaches the next.
 *
 * <ul>
 *   <li>The <b>owner</b> runs cell {@code position}, stores its outcome there, then moves on.
 *   <li>A <b>reader</b> (while LOADING) appends cells at the end.
 *   <li>A <b>thief</b> takes cells that are not being worked on: from the end of a running claim,
 *       from the front of a loading one.
 *   <li>The <b>consumer</b> reads cells below {@code position}, and no others.
 *   <li>The <b>watchdog</b> (or a stop) interrupts the owner, and may abandon it afterwards.
 * </ul>
 *
 * Cells are plain: whoever moves the word past a cell publishes it (release), whoever then reads the
 * word may read the cell (acquire). No word value comes twice within a state of the same cell, so a
 * successful compare-and-set means that nothing happened in between.
 *
 * <p>Cells of a claim of several items are cleared by the consumer once it has taken them: a claim shares
 * them with those that stole from it, and may be held for long by a straggler.
 */
public final class Claim extends ClaimCells {
  public static final int MOST_CELLS = 256;

  /*
   * Cells that stay empty, to keep a claim apart from what lies before it in memory: the outcomes of the
   * claim before it, which the consumer reads meanwhile. Its processor fetches ahead, and would take this
   * claim's lines from the owner at every other item: a streamed no-op took 85 ns then instead of 57.
   */
  private static final int LEAD = 128;

  /** The rank of the first item that is read: after those of all retries that there will ever be. */
  private static final long FIRST_RANK = 1L << 62;

  private static final VarHandle QUEUED;

  static {
    try {
      QUEUED = MethodHandles.lookup().findVarHandle(Claim.class, "queued", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** Whether this is about one item that is not fresh. */
  private final boolean single;

  /** The one item that this claim is about, if it had to wait before; null for fresh items. */
  public final @Nullable Ticket ticket;

  /* Written by the owner before it publishes the cell it is for; read by the watchdog. */
  public long startNanos;
  public long budgetNanos = Long.MAX_VALUE;

  /* In real time. Written by whoever interrupts, before the word; read by whoever abandons, after it. */
  private long interruptedNanos;

  /* Where this owner began. Written before the word, read by whoever abandons it after the word. */
  private int first;

  /* Written by whoever hands the claim out, under the run's lock. */
  public long handedNanos;

  /* Its places among the claims of several items that workers have. Guarded by the run's lock. */
  public final ClaimChain.@Nullable Link stealing;
  public final ClaimChain.@Nullable Link looking;

  /* Written under the run's lock, read by the owner after it has finished an item. */
  private volatile boolean tellsEach;

  /* Whether somebody took some of its cells. Written before the word that says so. */
  private boolean isShared;

  /* How many of its items have failed: the owner's, until it gives the claim back. */
  private int failed;

  /* How many items it began with. Of a claim that was loaded: written by the reader, before the word. */
  private int loaded;

  /* The cell of the next outcome; the owner's until the first one is enqueued, then the consumer's. */
  public int delivered;

  /* The link of the queue to the consumer: written by whoever enqueues the claim, then the consumer's. */
  public @Nullable Claim next;

  /* True from the enqueueing, by its owner or by the consumer, to the consumer's look: no claim is in the
   * queue twice. */
  @SuppressWarnings("unused")
  private volatile boolean queued;

  private Claim(
      @Nullable Object[] cells,
      int most,
      long base,
      int from,
      int end,
      State state,
      @Nullable Ticket ticket,
      boolean single) {
    super(cells, most, base);
    this.single = single;
    this.ticket = ticket;
    this.first = from;
    this.loaded = end - from;
    this.delivered = from + most;
    this.stealing = most == 1 ? null : new ClaimChain.Link(this);
    this.looking = most == 1 ? null : new ClaimChain.Link(this);
    this.word = word(from, end, state);
  }

  /** An empty claim for at most this many items, the first of which has this index. */
  public static Claim loading(long index, int most) {
    int lead = most == 1 ? 0 : LEAD;
    @Nullable Object[] cells =
        new Object[lead + 2 * most]; // allocated before the claim, which needs the distance
    return new Claim(cells, most, index - lead, lead, lead, State.LOADING, null, false);
  }

  public static Claim of(Ticket ticket) {
    @Nullable Object[] cells = {ticket.item, null};
    return new Claim(cells, 1, ticket.index, 0, 1, State.RUNNING, ticket, true);
  }

  /** A claim whose only item has its outcome. */
  public static Claim settled(long index, Object outcome) {
    @Nullable Object[] cells = {null, outcome};
    Claim claim = new Claim(cells, 1, index, 0, 1, State.RUNNING, null, true);
    claim.word = word(1, 1, State.RUNNING);
    return claim;
  }

  // The reader

  /**
   * From now on, its owner tells the consumer of each outcome, because the consumer does not look for them any more.
   */
  public void tellEach() {
    tellsEach = true;
  }

  public boolean tellsEach() {
    return tellsEach;
  }

  /** Adds an item; false if the claim is not loading any more. */
  public boolean append(@Nullable Object item) {
    long seen = word;
    while (state(seen) == State.LOADING) {
      cells[end(seen)] = item;
      if (compareAndSet(seen, seen + 1)) {
        return true;
      }
      seen = word; // a thief took from the front
    }
    return false;
  }

  /** Adds an item, while nobody else knows of the claim; always returns true. */
  public boolean add(@Nullable Object item) {
    long seen = wordPlain();
    cells[end(seen)] = item;
    wordPlain(seen + 1);
    return true;
  }

  /** How many items were appended in all; only after loading. */
  public int loaded() {
    return loaded;
  }

  /** A worker gets the claim, which may have waited for one. Under the run's lock. */
  public void handOut(long nowNanos) {
    handedNanos = nowNanos;
    startNanos = nowNanos;
  }

  /** The place of the current item, which is a fresh one, among all that come to the limits of the run. */
  public long rank() {
    return FIRST_RANK + index();
  }

  /** The part of it from one cell to another, which is nobody else's from now on. */
  private Claim part(int from, int to) {
    Claim part = new Claim(cells, most, base, from, to, State.RUNNING, null, false);
    part.isShared = true;
    return part;
  }

  /** An item of it is about to be settled as a failure. */
  public void countFailure() {
    failed++;
  }

  /** How many of its items have failed. */
  public int failed() {
    return failed;
  }

  /** Ends the loading; false if thieves left nothing to run. */
  public boolean run(long nowNanos, long budgetNanos) {
    begin(nowNanos, budgetNanos);
    for (; ; ) {
      long seen = word;
      first = position(seen);
      delivered = first + most;
      loaded = end(seen) - firstItem();
      if (compareAndSet(seen, with(State.RUNNING, seen))) {
        return position(seen) < end(seen);
      }
    }
  }

  // The owner

  /** Stores what came of the current item, and moves on; false if somebody interrupted it. */
  public boolean finish(Object outcome, long nowNanos) {
    long seen = word;
    cells[position(seen) + most] = outcome;
    startNanos = nowNanos;
    while (state(seen) == State.RUNNING) {
      if (compareAndSet(seen, seen + POSITION_ONE)) {
        return true;
      }
      seen = word; // a thief took from the end
    }
    return false;
  }

  /* In this order: whoever sees the new budget must see the new start, or it would find it overdrawn. */
  private void begin(long nowNanos, long budget) {
    startNanos = nowNanos;
    VarHandle.releaseFence();
    budgetNanos = budget;
  }

  /** How long the current phase may still take; any number if the word has moved on meanwhile. */
  public long leftNanos(long nowNanos) {
    long budget = budgetNanos;
    VarHandle.acquireFence();
    return budget == Long.MAX_VALUE ? budget : startNanos + budget - nowNanos;
  }

  /** The current item goes on to another phase, with a time of its own; false if it was interrupted. */
  public boolean nextPhase(long nowNanos, long budget) {
    begin(nowNanos, budget);
    for (; ; ) {
      long seen = word;
      if (state(seen) != State.RUNNING) {
        return false;
      }
      if (compareAndSet(seen, ClaimWord.nextPhase(seen))) {
        return true;
      }
    }
  }

  /**
   * The sealed item goes on to another phase, in which it can be interrupted again.
   *
   * @return false if the owner was abandoned
   */
  public boolean unseal(long nowNanos, long budget) {
    begin(nowNanos, budget);
    for (; ; ) {
      long seen = word;
      if (state(seen) == State.ABANDONED) {
        return false;
      }
      if (compareAndSet(seen, ClaimWord.nextPhase(seen))) {
        return true;
      }
    }
  }

  /** Keeps everybody from interrupting the current item; false if somebody already did. */
  public boolean seal() {
    for (; ; ) {
      long seen = word;
      if (state(seen) != State.RUNNING) {
        return false;
      }
      if (compareAndSet(seen, with(State.SEALED, seen))) {
        return true;
      }
    }
  }

  /**
   * Waits until the interrupt that was announced has been sent, then clears it and seals.
   *
   * @return what the interrupt was for; null if the owner came too late and was abandoned
   */
  public @Nullable Interruption sealInterrupted() {
    ShortWait wait = new ShortWait();
    for (; ; ) {
      long seen = word;
      switch (state(seen)) {
        case INTERRUPTING, ABANDONING -> wait.beforeNextLook();
        case INTERRUPTED -> {
          if (compareAndSet(seen, with(State.SEALED, seen))) {
            Thread.interrupted();
            return reason(seen);
          }
        }
        case ABANDONED -> {
          Thread.interrupted();
          return null;
        }
        case RUNNING, LOADING, SEALED -> throw new AssertionError(state(seen));
      }
    }
  }

  /**
   * Moves on from the sealed item, which waits: its outcome will come by its ticket.
   *
   * @return false if the owner was abandoned
   */
  public boolean leaveWaiting(long nowNanos) {
    return moveOn(Ticket.WAITING, nowNanos, POSITION_ONE + WAITING_ONE);
  }

  /** How many items of this claim its owner has settled. */
  public int settled() {
    long seen = word;
    return position(seen) - first - ClaimWord.waiting(seen);
  }

  /** Stores what came of the sealed item, and moves on; false if the owner was abandoned. */
  public boolean finishSealed(Object outcome, long nowNanos) {
    return moveOn(outcome, nowNanos, POSITION_ONE);
  }

  private boolean moveOn(Object outcome, long nowNanos, long step) {
    cells[position(word) + most] = outcome;
    startNanos = nowNanos;
    for (; ; ) {
      long seen = word;
      if (state(seen) == State.ABANDONED) {
        return false;
      }
      if (compareAndSet(seen, with(State.RUNNING, seen + step))) {
        return true;
      }
    }
  }

  /** Splits off the items that the owner has not begun; null if there are none. By the owner, between two
   * items. */
  public @Nullable Claim splitRest() {
    for (; ; ) {
      long seen = word;
      int position = position(seen);
      int end = end(seen);
      if (position == end) {
        return null;
      }
      isShared = true;
      if (compareAndSet(seen, withEnd(position, seen))) {
        return part(position, end);
      }
    }
  }

  // Thieves

  /**
   * Takes half of what is not being worked on, rounded up; null if there is nothing. Leaves a reader
   * alone that has all it wanted: it is about to run that itself.
   */
  public @Nullable Claim steal(long nowNanos, long budgetNanos) {
    for (; ; ) {
      long seen = word;
      int position = position(seen);
      int end = end(seen);
      State state = state(seen);
      boolean loading = state == State.LOADING;
      int first = loading ? position : position + 1;
      if (first >= end
          || state == State.ABANDONED
          || state == State.ABANDONING
          || (loading && end == firstOutcome())) {
        return null;
      }
      isShared = true;
      int middle = loading ? (first + end + 1) / 2 : (first + end) / 2;
      long rest = loading ? withPosition(middle, seen) : withEnd(middle, seen);
      if (compareAndSet(seen, rest)) {
        Claim stolen = loading ? part(first, middle) : part(middle, end);
        stolen.begin(nowNanos, budgetNanos);
        return stolen;
      }
    }
  }

  // The watchdog, and a stop

  /**
   * Announces an interrupt of the owner if it still works on what was seen; then it has to be sent, and
   * {@link #interruptSent} told. False if somebody else was first, or the owner has moved on.
   */
  public boolean beginInterrupt(long seen, Interruption why) {
    for (long current = seen; ; current = word) {
      if (!isRunning(current) || !isSameWork(current, seen)) {
        return false;
      }
      if (compareAndSet(current, interrupting(current, why))) {
        return true;
      }
    }
  }

  /** The announced interrupt was sent, or could not be: the owner waits for this. */
  public void interruptSent() {
    interruptedNanos = System.nanoTime();
    for (; ; ) {
      long seen = word;
      State state = state(seen);
      if (state != State.INTERRUPTING && state != State.ABANDONING) {
        return;
      }
      State sent = state == State.INTERRUPTING ? State.INTERRUPTED : State.ABANDONED;
      if (compareAndSet(seen, with(sent, seen))) {
        return;
      }
    }
  }

  /** When the interrupt that was seen was sent, in real time. */
  public long interruptedNanos() {
    return interruptedNanos;
  }

  /**
   * Abandons the owner if it is still busy with what was seen: a phase that was interrupted, or a
   * sealed item.
   */
  public boolean abandon(long seen) {
    for (long current = word;
        state(current) == state(seen) && isSameWork(current, seen);
        current = word) {
      boolean isSent = state(current) != State.INTERRUPTING;
      if (compareAndSet(current, with(isSent ? State.ABANDONED : State.ABANDONING, current))) {
        return true;
      }
    }
    return false;
  }

  /** Cells after the abandoned one, as a claim of their own; null if there are none. */
  public @Nullable Claim afterAbandoned() {
    long seen = word;
    isShared = true;
    return position(seen) + 1 < end(seen) ? part(position(seen) + 1, end(seen)) : null;
  }

  // The consumer

  /** Whether its cells are garbage when it is: its owner is through with it, and nobody took any of them. */
  public boolean hasCellsForItself() {
    return isThrough(word) && !isShared;
  }

  /** Lets go of what was copied: of the cells that this owner is through with. */
  public void clearSettled() {
    clear(first + most, position(word) + most);
  }

  /** True if the caller has to enqueue the claim for the consumer. */
  public boolean enqueue() {
    return !queued && QUEUED.compareAndSet(this, false, true);
  }

  /** Whether there are outcomes that the consumer has not seen. */
  public boolean hasUndelivered() {
    long seen = word; // before what the owner wrote when it ended the loading
    return state(seen) != State.LOADING && position(seen) + most > delivered;
  }

  /** Up to which cell there are outcomes to be read; what is finished after this enqueues the claim again. */
  public int look() {
    queued = false;
    return position(word) + most;
  }

  /** Whether this is about one item that is not fresh. */
  public boolean isSingle() {
    return single;
  }

  /** The index of the first item of this owner. */
  public long firstIndex() {
    return base + first;
  }

  /** Whether the owner has been busy with the same item since before this time. */
  public boolean isBusySince(long nanos) {
    return startNanos - nanos < 0;
  }
}
