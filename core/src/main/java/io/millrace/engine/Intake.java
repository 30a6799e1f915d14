package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.feed.Feed;
import org.jspecify.annotations.Nullable;

/** How far the source is read, and by which worker. Used under the run's lock, except where said otherwise. */
final class Intake {
  /* A thread's own method may take that long to interrupt a reader after the end, before the grace; one that takes longer may never do it. */
  private static final long MOST_SENDING_AFTER_END_NANOS = 100_000_000;

  /* Many times what it takes to read an item of a collection in memory. */
  private static final long LISTING_NANOS_AN_ITEM = 30_000;

  private final Feed feed;
  private final boolean prompt;
  private volatile boolean listsRest;
  private boolean exhausted;

  /** The run has not begun: an initial delay goes on. */
  private boolean held = true;

  /** How many items there are in a group, and where the group ends that may be read now. */
  private final long group;

  private long groupEnd;

  /** The source had nothing, and has not called since. */
  private boolean dry;

  private long signals;
  private long signalsBefore;

  private long admitted;
  private @Nullable Claim loading;

  /** Who reads without the lock; null if nobody does. */
  private @Nullable Worker reader;

  private Interrupt interrupt = Interrupt.NONE;

  /* In real time: when the interrupt was sent, or is to be taken for that; when the reader began, and whether the run went on then; for
   * how long the rest was listed. And how many items of it there were. */
  private long interruptedNanos;
  private long readingSinceNanos;
  private boolean readsForWorkers;
  private long listedNanos;
  private long listed;

  private enum Interrupt {
    NONE,
    SENDING,
    SENT
  }

  Intake(Feed feed, long group) {
    this.feed = feed;
    this.group = group;
    this.groupEnd = group;
    this.prompt = feed.prompt();
    this.exhausted = feed.exhausted();
    this.dry = feed.startsDry();
    this.listsRest = feed.isListable();
  }

  /** Whether the source never blocks, so that it is read under the lock. */
  boolean isPrompt() {
    return prompt;
  }

  /** Whether there may be more, and nobody reads; after the end only what a sized source still has. */
  boolean isOpen(boolean ended) {
    boolean begun = !held || feed.exhausted(); // an empty source ends at once
    return !exhausted && loading == null && !dry && groupRoom() > 0 && (ended ? listsRest : begun);
  }

  /** The initial delay is over. */
  void letGo() {
    held = false;
  }

  /** How many more items the group has room for. */
  long groupRoom() {
    return groupEnd - admitted;
  }

  /** The items of a group are done with. */
  void nextGroup() {
    groupEnd = groupEnd == Long.MAX_VALUE ? groupEnd : groupEnd + group;
  }

  /** The run has ended: what is read now is only listed, all of it at once. */
  void endGroups() {
    groupEnd = Long.MAX_VALUE;
  }

  /** Goes on to the next group if this many settled items complete the current one. */
  void doneWith(long items) {
    if (items == groupEnd) {
      nextGroup();
    }
  }

  /** Whether the reader should go on. Asked without the lock: a late answer does no harm. */
  boolean wantsMore(boolean ended) {
    return !ended || listsRest;
  }

  boolean isReading() {
    return loading != null;
  }

  /** Whether nothing more is admitted. */
  boolean isDone(boolean ended) {
    return loading == null && (exhausted || (ended && !listsRest));
  }

  /** Items read so far, those that are just being read included. */
  long admitted() {
    Claim current = loading;
    return current == null ? admitted : admitted + current.loading();
  }

  /** Without the lock: perhaps a little behind. */
  long admittedRacy() {
    return admitted;
  }

  /** From now on, an end leaves the rest of a sized source alone. */
  void dropRest() {
    listsRest = false;
  }

  /** Whether the source had nothing, and has not called since. */
  boolean isDry() {
    return dry;
  }

  /** Without the lock: whether a feed of tasks has one, or none will come. */
  boolean hasTask() {
    return !feed.isDrained() || exhausted;
  }

  /** The source may have something. */
  void signal() {
    signals++;
    exhausted |= loading == null && feed.exhausted();
    dry = false;
  }

  Claim begin(int most) {
    Claim claim = Claim.loading(admitted, most);
    loading = claim;
    signalsBefore = signals;
    return claim;
  }

  void readWithoutLock(Worker worker, boolean hasEnded) {
    reader = worker;
    readsForWorkers = !hasEnded;
    readingSinceNanos = hasEnded ? System.nanoTime() : 0;
  }

  /** Without the lock, by the reader. */
  @Nullable Throwable load(Claim claim, Feed.Loader loader) {
    try {
      feed.read(loader, claim.most());
      return null;
    } catch (Throwable broken) {
      return broken;
    }
  }

  /** Whether the worker still is the reader; false if it was abandoned. */
  boolean isReader(Worker worker) {
    return reader == worker;
  }

  /** By the reader. */
  void end(Claim claim, boolean broken) {
    close(claim);
    exhausted = exhausted || broken || feed.exhausted();
    boolean nothing = claim.loaded() == 0 || feed.isDrained();
    dry = nothing && !exhausted && signals == signalsBefore;
    interrupt = Interrupt.NONE;
  }

  private void close(Claim claim) {
    if (isListing()) {
      listedNanos = listedNanos(System.nanoTime());
      listed += claim.loaded();
    }
    admitted += claim.loaded();
    loading = null;
    reader = null;
  }

  /**
   * Announces an interrupt of whoever reads without the lock. Null if nobody does, if an interrupt
   * was announced already, or if the reader only lists the rest and still has time for that.
   */
  @Nullable Worker beginInterrupt() {
    boolean isUnwanted = !listsRest || readsForWorkers;
    Worker found = interrupt == Interrupt.NONE && isUnwanted ? reader : null;
    if (found != null) {
      interrupt = Interrupt.SENDING;
      interruptedNanos = System.nanoTime() + MOST_SENDING_AFTER_END_NANOS;
    }
    return found;
  }

  /** The announced interrupt was sent. */
  void interruptSent() {
    if (interrupt == Interrupt.SENDING) {
      interrupt = Interrupt.SENT;
      interruptedNanos = System.nanoTime();
    }
  }

  /** Whether the reader has to wait for an interrupt that was announced. */
  boolean isInterruptOnItsWay() {
    return interrupt == Interrupt.SENDING;
  }

  /** Whether the reader was interrupted. */
  boolean isInterrupted() {
    return interrupt != Interrupt.NONE;
  }

  /** Who was interrupted before this real time, or cannot be, and still reads; null if nobody. */
  @Nullable Worker interruptedReader(long before) {
    return interrupt != Interrupt.NONE && interruptedNanos - before <= 0 ? reader : null;
  }

  /**
   * Whether listing the rest takes longer, in real time, than the grace and what items in memory need: the source may
   * block then. A collection that only takes long because it is large is listed to its end.
   */
  boolean listsTooLong(long now, long graceNanos) {
    return listedNanos(now) - listed * LISTING_NANOS_AN_ITEM > graceNanos;
  }

  private long listedNanos(long now) {
    return listedNanos + (isListing() ? now - readingSinceNanos : 0);
  }

  /* Whether somebody reads without the lock although the run has ended. */
  private boolean isListing() {
    return reader != null && !readsForWorkers;
  }

  /** Abandons the source with its reader; returns what was read, if there is anything to run. */
  @Nullable Claim abandon(long nowNanos, long budgetNanos) {
    Claim claim = loading;
    exhausted = true;
    interrupt = isInterruptOnItsWay() ? interrupt : Interrupt.NONE; // the reader waits for it
    if (claim == null) {
      return null;
    }
    boolean items = claim.run(nowNanos, budgetNanos);
    close(claim);
    return items ? claim : null;
  }
}
