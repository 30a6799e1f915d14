package io.millrace.engine;

import static io.millrace.engine.ClaimWord.POSITION_ONE;
import static io.millrace.engine.ClaimWord.end;
import static io.millrace.engine.ClaimWord.position;
import static io.millrace.engine.ClaimWord.state;
import static io.millrace.engine.ClaimWord.with;
import static io.millrace.engine.ClaimWord.word;

import io.millrace.engine.ClaimWord.State;
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
 *                sealed|   |                                 sealed by the owner |       | ignored
 *                      v   |                                                     v       v
 *                     SEALED <----------------------------------------------- SEALED  ABANDONED
 * </pre>
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
 */
final class Claim {
  static final int MOST_CELLS = 256;

  /*
   * Cells that stay empty, to keep a claim apart from what lies before it in memory: the outcomes of the
   * claim before it, which the consumer reads meanwhile. Its processor fetches ahead, and would take this
   * claim's lines from the owner at every other item: a streamed no-op took 85 ns then instead of 57.
   */
  private static final int LEAD = 128;

  private static final VarHandle WORD;
  private static final VarHandle QUEUED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(Claim.class, "word", long.class);
      QUEUED = lookup.findVarHandle(Claim.class, "queued", boolean.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /** The index of an item is that of its cell and this. */
  private final long base;

  /** Whether this is about one item that is not fresh. */
  private final boolean single;

  /** The one item that this claim is about, if it had to wait before; null for fresh items. */
  final @Nullable Ticket ticket;

  /* What leads, the items, their outcomes: as many cells for outcomes as for items. */
  private final @Nullable Object[] cells;
  private final int most;

  private volatile long word;

  /* Written by the owner before it publishes the cell it is for; read by the watchdog. */
  long startNanos;
  long budgetNanos = Long.MAX_VALUE;

  /* Written by whoever interrupts, before the word; read by the owner after the word. */
  @Nullable Interruption interruption;

  /* Written by the owner when the item at hand has the slot of a key; read by whoever abandons it. */
  volatile @Nullable Ticket holder;

  /* Written by the owner before each attempt, if items have keys; read by whoever abandons it. */
  volatile @Nullable Object key;

  /* Where this owner began, and how many of its items have no outcome yet because they wait. Written by
   * the owner before the word, read by whoever abandons it after the word. */
  private int first;
  private int waiting;

  /* Written by whoever hands the claim out, under the run's lock. */
  long handedNanos;

  /* How many items it began with. Of a claim that was loaded: written by the reader, before the word. */
  private int loaded;

  /* The cell of the next outcome; the owner's until the first one is enqueued, then the consumer's. */
  int delivered;

  /* The link of the queue to the consumer: written by whoever enqueues the claim, then the consumer's. */
  @Nullable Claim next;

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
    this.single = single;
    this.cells = cells;
    this.most = most;
    this.base = base;
    this.ticket = ticket;
    this.first = from;
    this.loaded = end - from;
    this.delivered = from + most;
    this.word = word(from, end, state);
  }

  /** An empty claim of at most so many items, the first of which has this index. */
  static Claim loading(long index, int most) {
    int lead = most == 1 ? 0 : LEAD;
    @Nullable Object[] cells =
        new Object[lead + 2 * most]; // before the claim, which needs the distance
    return new Claim(cells, most, index - lead, lead, lead, State.LOADING, null, false);
  }

  static Claim of(Ticket ticket) {
    @Nullable Object[] cells = {ticket.item, null};
    return new Claim(cells, 1, ticket.index, 0, 1, State.RUNNING, ticket, true);
  }

  /** A claim whose only item has its outcome. */
  static Claim settled(long index, Object outcome) {
    @Nullable Object[] cells = {null, outcome};
    Claim claim = new Claim(cells, 1, index, 0, 1, State.RUNNING, null, true);
    claim.word = word(1, 1, State.RUNNING);
    return claim;
  }

  private int firstItem() {
    return cells.length - 2 * most;
  }

  private int firstOutcome() {
    return cells.length - most;
  }

  private boolean compareAndSet(long expected, long next) {
    return WORD.compareAndSet(this, expected, next);
  }

  // The reader

  /** Adds an item; false if the claim is not loading any more. */
  boolean append(@Nullable Object item) {
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

  /** Adds an item, while nobody else knows of the claim; true. */
  boolean add(@Nullable Object item) {
    long seen = (long) WORD.get(this);
    cells[end(seen)] = item;
    WORD.set(this, seen + 1);
    return true;
  }

  /** How many items it can hold. */
  int most() {
    return most;
  }

  /** How many items were appended so far; only while loading. */
  int loading() {
    return end(word) - firstItem();
  }

  /** How many items were appended in all; only after loading. */
  int loaded() {
    return loaded;
  }

  /** Ends the loading; false if thieves left nothing to run. */
  boolean run(long nowNanos, long budgetNanos) {
    startNanos = nowNanos;
    this.budgetNanos = budgetNanos;
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

  boolean hasItem() {
    long seen = word;
    return position(seen) < end(seen);
  }

  @Nullable Object item() {
    return cells[position(word)];
  }

  long index() {
    return base + position(word);
  }

  /** Stores what came of the current item, and moves on; false if somebody interrupted it. */
  boolean finish(Object outcome, long nowNanos) {
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

  /** Keeps everybody from interrupting the current item; false if somebody already did. */
  boolean seal() {
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
  @SuppressWarnings("ThreadPriorityCheck") // waits for one particular thread, for a moment
  @Nullable Interruption sealInterrupted() {
    for (; ; ) {
      long seen = word;
      switch (state(seen)) {
        case INTERRUPTING -> Thread.yield(); // the one who interrupts may need this carrier
        case INTERRUPTED -> {
          if (compareAndSet(seen, with(State.SEALED, seen))) {
            Thread.interrupted();
            return interruption;
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

  /** Moves on from the sealed item, which waits: its outcome will come by its ticket. */
  void leaveWaiting(long nowNanos) {
    waiting++;
    finishSealed(Ticket.WAITING, nowNanos);
  }

  /** How many items of this claim its owner has left waiting. */
  int waiting() {
    return waiting;
  }

  /** How many items of this claim its owner has brought to their outcomes. */
  int settled() {
    return position(word) - first - waiting;
  }

  /** Stores what came of the sealed item, and moves on. */
  void finishSealed(Object outcome, long nowNanos) {
    cells[position(word) + most] = outcome;
    startNanos = nowNanos;
    for (; ; ) {
      long seen = word;
      if (compareAndSet(seen, with(State.RUNNING, seen + POSITION_ONE))) {
        return;
      }
    }
  }

  /** Takes what the owner did not get to; null if there is nothing. By the owner, between two items. */
  @Nullable Claim splitRest() {
    for (; ; ) {
      long seen = word;
      int position = position(seen);
      int end = end(seen);
      if (position == end) {
        return null;
      }
      if (compareAndSet(seen, word(position, position, state(seen)))) {
        return new Claim(cells, most, base, position, end, State.RUNNING, null, false);
      }
    }
  }

  // Thieves

  boolean hasMore() {
    long seen = word;
    return switch (state(seen)) {
      case LOADING -> position(seen) < end(seen) && end(seen) < firstOutcome();
      case RUNNING, SEALED, INTERRUPTING, INTERRUPTED -> position(seen) + 1 < end(seen);
      case ABANDONED -> false;
    };
  }

  /**
   * Takes half of what is not being worked on, rounded up; null if there is nothing. Leaves a reader
   * alone that has all it wanted: it is about to run that itself.
   */
  @Nullable Claim steal(long nowNanos, long budgetNanos) {
    for (; ; ) {
      long seen = word;
      int position = position(seen);
      int end = end(seen);
      State state = state(seen);
      boolean loading = state == State.LOADING;
      int first = loading ? position : position + 1;
      if (first >= end || state == State.ABANDONED || (loading && end == firstOutcome())) {
        return null;
      }
      int middle = loading ? (first + end + 1) / 2 : (first + end) / 2;
      long rest = loading ? word(middle, end, state) : word(position, middle, state);
      if (compareAndSet(seen, rest)) {
        int from = loading ? first : middle;
        int to = loading ? middle : end;
        Claim stolen = new Claim(cells, most, base, from, to, State.RUNNING, null, false);
        stolen.startNanos = nowNanos;
        stolen.budgetNanos = budgetNanos;
        return stolen;
      }
    }
  }

  // The watchdog, and a stop

  /** A value that is the same as long as the owner works on the same cell without interruption. */
  long observe() {
    return word;
  }

  static boolean isRunning(long seen) {
    return state(seen) == State.RUNNING && position(seen) < end(seen);
  }

  /**
   * Interrupts the owner's thread if it still works on the cell that was seen. Called under the run's
   * interrupt lock, so that {@link #interruption} is that of the one who wins.
   */
  boolean interrupt(long seen, Thread owner, Interruption why) {
    return interrupt(seen, why, owner::interrupt);
  }

  /** The same, where a thread may have to be interrupted in a way of its own. */
  boolean interrupt(long seen, Interruption why, Runnable interrupting) {
    for (long current = seen; ; current = word) {
      if (!isRunning(current) || position(current) != position(seen)) {
        return false;
      }
      interruption = why;
      if (compareAndSet(current, with(State.INTERRUPTING, current))) {
        interrupting.run();
        setState(State.INTERRUPTED);
        return true;
      }
    }
  }

  private void setState(State next) {
    long seen;
    do {
      seen = word;
    } while (!compareAndSet(seen, with(next, seen)));
  }

  /** Whether the owner was interrupted at the cell that was seen, and is still busy with it. */
  static boolean isInterrupted(long seen) {
    return state(seen) == State.INTERRUPTED;
  }

  @Nullable Object item(long seen) {
    return cells[position(seen)];
  }

  long index(long seen) {
    return base + position(seen);
  }

  /** Gives the owner up if it is still busy with the cell that was seen. */
  boolean abandon(long seen) {
    for (long current = word;
        isInterrupted(current) && position(current) == position(seen);
        current = word) {
      if (compareAndSet(current, with(State.ABANDONED, current))) {
        return true;
      }
    }
    return false;
  }

  /** Cells after the abandoned one, as a claim of their own; null if there are none. */
  @Nullable Claim afterAbandoned() {
    long seen = word;
    return position(seen) + 1 < end(seen)
        ? new Claim(cells, most, base, position(seen) + 1, end(seen), State.RUNNING, null, false)
        : null;
  }

  // The consumer

  /** True if the caller has to enqueue the claim for the consumer. */
  boolean enqueue() {
    return !queued && QUEUED.compareAndSet(this, false, true);
  }

  /** Whether there are outcomes that the consumer has not seen. */
  boolean hasUndelivered() {
    long seen = word; // before what the owner wrote when it ended the loading
    return state(seen) != State.LOADING && position(seen) + most > delivered;
  }

  /** Up to which cell there are outcomes to be read; what is finished after this enqueues the claim again. */
  int look() {
    queued = false;
    return position(word) + most;
  }

  /** Whether this is about one item that is not fresh. */
  boolean isSingle() {
    return single;
  }

  /** The index of the first item of this owner. */
  long firstIndex() {
    return base + first;
  }

  /** Copies outcomes of items that this owner is through with; not those of items that wait. */
  void copyOutcomes(long index, @Nullable Object[] to, int offset, int length) {
    int from = (int) (index - base) + most;
    if (waiting == 0) {
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
  @Nullable Object outcome() {
    return cells[firstOutcome()];
  }

  /** The cells, for those who know in which of them there are outcomes. */
  @Nullable Object[] cells() {
    return cells;
  }
}
