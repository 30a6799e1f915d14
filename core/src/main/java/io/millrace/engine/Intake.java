package io.millrace.engine;

import org.jspecify.annotations.Nullable;

/** How far the source is read, and by whom. Guarded by the run's lock, except where said otherwise. */
final class Intake {
  private final Feed feed;
  private final boolean prompt;
  private volatile boolean walk;
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

  private boolean interrupted;

  Intake(Feed feed, long group) {
    this.feed = feed;
    this.group = group;
    this.groupEnd = group;
    this.prompt = feed.prompt();
    this.exhausted = feed.exhausted();
    this.dry = feed.startsDry();
    this.walk = feed.isListable();
  }

  /** Whether the source never blocks, so that it is read under the lock. */
  boolean isPrompt() {
    return prompt;
  }

  /** Whether there may be more, and nobody reads; after the end only what a sized source still has. */
  boolean isOpen(boolean ended) {
    boolean begun = !held || feed.exhausted(); // to find no items, nobody has to wait
    return !exhausted && loading == null && !dry && groupRoom() > 0 && (ended ? walk : begun);
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
    groupEnd += group;
  }

  /** Goes on to the next group if so many items being done with means that. */
  void doneWith(long items) {
    if (items == groupEnd) {
      nextGroup();
    }
  }

  /** Whether the one who reads should go on; without the lock, a late answer does no harm. */
  boolean wantsMore(boolean ended) {
    return !ended || walk;
  }

  boolean isReading() {
    return loading != null;
  }

  /** Whether nothing more is admitted. */
  boolean isDone(boolean ended) {
    return loading == null && (exhausted || (ended && !walk));
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
    walk = false;
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

  void readWithoutLock(Worker worker) {
    reader = worker;
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

  /** Whether the worker still is the reader; false if it was given up. */
  boolean isReader(Worker worker) {
    return reader == worker;
  }

  /** By the reader, in its thread. */
  void end(Claim claim, boolean broken) {
    close(claim);
    exhausted = exhausted || broken || feed.exhausted();
    boolean nothing = claim.loaded() == 0 || feed.isDrained();
    dry = nothing && !exhausted && signals == signalsBefore;
    if (interrupted) {
      interrupted = false;
      Thread.interrupted();
    }
  }

  private void close(Claim claim) {
    admitted += claim.loaded();
    loading = null;
    reader = null;
  }

  void interruptReader() {
    if (reader != null && !interrupted) {
      interrupted = true;
      reader.interrupt();
    }
  }

  /** Who was interrupted and still reads; null if nobody. */
  @Nullable Worker stuckReader() {
    return interrupted ? reader : null;
  }

  /** Gives the source up with its stuck reader; returns what was read, if there is anything to run. */
  @Nullable Claim abandon(long nowNanos, long budgetNanos) {
    Claim claim = loading;
    exhausted = true;
    interrupted = false;
    if (claim == null) {
      return null;
    }
    boolean items = claim.run(nowNanos, budgetNanos);
    close(claim);
    return items ? claim : null;
  }
}
