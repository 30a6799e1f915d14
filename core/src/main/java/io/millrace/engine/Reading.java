package io.millrace.engine;

import io.millrace.base.ShortWait;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.feed.Feed;
import io.millrace.engine.terms.Terms;
import io.millrace.outcome.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * How the source of a run is read: under the run's lock where that neither blocks nor calls anybody; else
 * without it, by a worker that has released its slot; and ahead, while all slots are busy. What is said to
 * be guarded is guarded by the run's lock.
 */
final class Reading {
  private final Schedule schedule;
  private final Terms terms;
  private final Window window;
  private final Intake intake;
  private final Backlog backlog;
  private final Crew crew;
  private final boolean mayReadAhead;

  /** Guarded: who reads ahead without a slot; null if nobody does. */
  private @Nullable Worker ahead;

  /* Set under the lock when nobody will look at what a reader appends; the reader looks at it. */
  private volatile boolean isUnwatched;

  Reading(
      Schedule schedule, Terms terms, Window window, Intake intake, Backlog backlog, Crew crew) {
    this.schedule = schedule;
    this.terms = terms;
    this.window = window;
    this.intake = intake;
    this.backlog = backlog;
    this.crew = crew;
    this.mayReadAhead = !intake.isPrompt() && !terms.isInCaller;
  }

  /** The initial delay is over, or there is none. */
  void open() {
    schedule.lock();
    intake.letGo();
    schedule.release();
  }

  /** The consumer has taken all outcomes of a group, and asks for the next. */
  void nextGroup() {
    schedule.lock();
    intake.nextGroup();
    schedule.release();
  }

  /** A source that had nothing may have something. */
  void sourceReady() {
    schedule.lock();
    intake.signal();
    schedule.release();
  }

  /** Nobody wants to hear of items that were not read. */
  void dropRest() {
    schedule.lock();
    intake.dropRest();
    schedule.release();
  }

  /** Under the lock, which is let go meanwhile if the source may block: a claim; null for none. */
  @Nullable Claim read(Worker worker) {
    return intake.isPrompt() ? readLocked(worker) : readOpenly(worker);
  }

  /**
   * Under the lock, told by a worker that is about to leave: nobody looks for what a reader appends from
   * now on, but for one last look of that worker. False if nobody reads.
   */
  boolean isLeftAlone() {
    boolean isReading = intake.isReading();
    isUnwatched |= isReading; // before the look: a reader appends, then looks at this
    return isReading;
  }

  /** Whether the source is being read, or about to be read ahead. */
  boolean isGoingOn() {
    schedule.lock();
    try {
      return intake.isReading() || ahead != null;
    } finally {
      schedule.unlock();
    }
  }

  /** Under the lock. */
  boolean isAhead() {
    return ahead != null;
  }

  /** Under the lock: whether this worker reads ahead, and so has no slot. */
  boolean isAhead(Worker worker) {
    return ahead == worker;
  }

  private Claim begin(Worker worker) {
    long most = Math.min(worker.size(), intake.groupRoom());
    Claim claim = intake.begin(window.claimable(schedule.room(), most));
    claim.handedNanos = worker.nowNanos;
    return claim;
  }

  /* Whether to go on: the reasons to stop are those for which nobody would begin to read. */
  private boolean append(Claim claim, @Nullable Object item) {
    boolean hasRoom = claim.append(item);
    boolean hasEnded = schedule.hasEnded();
    return hasRoom && intake.wantsMore(hasEnded) && (hasEnded || !crew.isPaused());
  }

  /* One turn at the lock is all it takes; the reader keeps its slot. */
  private @Nullable Claim readLocked(Worker worker) {
    Claim claim = begin(worker);
    Throwable broken = intake.load(claim, claim::add);
    return end(claim, worker, broken) ? claim : null;
  }

  /* The reader releases its slot: a source that blocks must not keep due items from running. */
  private @Nullable Claim readOpenly(Worker worker) {
    Claim claim = begin(worker);
    Feed.Loader loader = item -> appendOpenly(claim, item);
    intake.readWithoutLock(worker, schedule.hasEnded());
    isUnwatched = !crew.isAnyArriving();
    backlog.load(claim);
    crew.releaseSlot();
    schedule.release(); // the slot may be wanted
    Throwable broken = intake.load(claim, loader);
    if (!finishReading(worker)) {
      crew.leave(worker); // abandoned meanwhile, and with it the source
      return null;
    }
    backlog.load(null);
    return goOn(worker, end(claim, worker, broken) ? claim : null);
  }

  private boolean appendOpenly(Claim claim, @Nullable Object item) {
    boolean more = append(claim, item);
    if (isUnwatched && claim.hasMore()) {
      schedule.lock();
      isUnwatched = false;
      schedule.release();
    }
    return more;
  }

  /*
   * Takes the lock again. An interrupt that was announced is waited for, also by a reader that was abandoned: no item must
   * get it. False if it was.
   */
  private boolean finishReading(Worker worker) {
    worker.readClock();
    schedule.lock();
    ShortWait wait = new ShortWait();
    while (intake.isInterruptOnItsWay()) {
      schedule.unlock();
      wait.beforeNextLook();
      schedule.lock();
    }
    boolean isReader = intake.isReader(worker);
    if (!terms.isInCaller || !isReader || intake.isInterrupted()) {
      Thread.interrupted(); // also what the source has left
    }
    return isReader;
  }

  /** Whether nobody will read for a while, because all slots are busy, though the window has room. */
  boolean mayStartAhead() {
    return mayReadAhead
        && ahead == null
        && !schedule.hasEnded()
        && !crew.hasFreeSlot()
        && !crew.isPaused()
        && backlog.returned() == null
        && schedule.isReadable();
  }

  /** Makes a worker the one who reads ahead; false if that is not wanted any more. */
  boolean startReadingAhead(Worker reader) {
    schedule.lock();
    try {
      boolean isWanted = mayStartAhead();
      if (isWanted) {
        crew.join(reader);
        ahead = reader;
      }
      return isWanted;
    } finally {
      schedule.unlock();
    }
  }

  /** The worker that was to read ahead gets no thread. */
  void notStartedAhead(Worker reader) {
    schedule.lock();
    endReadingAhead(reader);
    schedule.release();
  }

  /**
   * Reads while all slots are busy, so that an error of the source is found in time. Called in a thread of
   * its own, which has no slot and runs no item: what it reads is left to the workers.
   */
  void readAhead(Worker reader) {
    schedule.lock();
    try {
      readAheadInTurns(reader);
    } catch (Throwable broken) {
      schedule.breakDown(broken);
    } finally {
      endReadingAhead(reader);
      schedule.release();
    }
  }

  private void readAheadInTurns(Worker reader) {
    boolean isReader = true;
    while (isReader
        && ahead == reader
        && intake.isOpen(schedule.hasEnded())
        && schedule.room() > 0
        && (schedule.hasEnded() || !crew.isPaused())
        && !crew.hasFreeSlot()) {
      Claim claim = begin(reader);
      Feed.Loader loader = item -> append(claim, item);
      intake.readWithoutLock(reader, schedule.hasEnded());
      schedule.unlock();
      Throwable broken = intake.load(claim, loader);
      isReader = finishReading(reader);
      if (isReader && end(claim, reader, broken)) {
        backlog.addReturned(claim);
      }
    }
  }

  /** After the end: a thread that reads ahead but has not begun to is not waited for. */
  void forgetAhead() {
    schedule.lock();
    Worker reader = ahead;
    if (reader != null && !intake.isReader(reader)) {
      endReadingAhead(reader);
    }
    schedule.release();
  }

  /** Under the lock: the same for one worker; false if that one does not read ahead. It has no slot. */
  boolean forgetAhead(Worker worker) {
    if (ahead != worker) {
      return false;
    }
    if (!intake.isReader(worker)) {
      endReadingAhead(worker);
    }
    return true;
  }

  private void endReadingAhead(Worker reader) {
    ahead = ahead == reader ? null : ahead;
    if (crew.has(reader)) {
      crew.leave(reader);
    }
  }

  /** False if there is nothing to run. */
  private boolean end(Claim claim, Worker worker, @Nullable Throwable broken) {
    boolean items = claim.run(worker.nowNanos, terms.freshBudgetNanos);
    intake.end(claim, broken != null);
    if (broken != null && !schedule.hasEnded()) { // perhaps by the interrupt of a drain
      schedule.endLocked(RunStatus.ABORTED, broken);
    }
    if (terms.isInCaller) { // nobody else looks at the time
      dropRestIfLate(System.nanoTime(), terms.graceNanos);
    }
    return items;
  }

  /** Takes a slot again; leaves the claim to others if there is none. */
  private @Nullable Claim goOn(Worker worker, @Nullable Claim claim) {
    if (schedule.hasEnded() ? crew.hasFreeHand() : crew.hasFreeSlot()) {
      crew.takeSlot();
      return claim;
    }
    if (claim != null) {
      backlog.addReturned(claim);
    }
    crew.leave(worker);
    return null;
  }

  /** Announces an interrupt of whoever reads the source without the lock; null if nobody does. */
  @Nullable Worker beginInterrupt() {
    schedule.lock();
    try {
      return intake.beginInterrupt();
    } finally {
      schedule.unlock();
    }
  }

  /** That interrupt was sent. */
  void interruptSent() {
    schedule.lock();
    intake.interruptSent();
    schedule.unlock();
  }

  /** After the end: the rest of a source that may block is listed for the grace at most. */
  void limitListing(long realNanos, long graceNanos) {
    schedule.lock();
    dropRestIfLate(realNanos, graceNanos);
    schedule.release();
  }

  private void dropRestIfLate(long realNanos, long graceNanos) {
    if (intake.listsTooLong(realNanos, graceNanos)) {
      intake.dropRest();
    }
  }

  /** Abandons the reader if it did not react to an interrupt before this real time. */
  void abandonReader(long interruptedBefore) {
    schedule.lock();
    try {
      abandonReaderLocked(interruptedBefore);
    } catch (Throwable broken) {
      schedule.breakDown(broken);
    } finally {
      schedule.release();
    }
  }

  private void abandonReaderLocked(long interruptedBefore) {
    Worker late = intake.interruptedReader(interruptedBefore);
    if (late != null) {
      late.isAbandoned = true;
      ahead = ahead == late ? null : ahead;
      Claim read = intake.abandon(late.nowNanos, terms.freshBudgetNanos);
      backlog.load(null);
      if (read != null) {
        backlog.addReturned(read);
      }
    }
  }
}
