package io.millrace.engine;

import io.millrace.outcome.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * How the source of a run is read: under the run's lock where that cannot block; else without it, by a
 * worker that has given up its slot; and ahead, while all slots are busy. What is said to be guarded is
 * guarded by the run's lock.
 */
final class Reading {
  private final Schedule schedule;
  private final Engine engine;
  private final Window window;
  private final Intake intake;
  private final Backlog backlog;
  private final Crew crew;
  private final boolean mayReadAhead;

  /** Guarded: who reads ahead without a slot; null if nobody does. */
  private @Nullable Worker ahead;

  /* Set under the lock when nobody will look at what a reader appends; the reader looks at it. */
  private volatile boolean hungry;

  Reading(
      Schedule schedule, Engine engine, Window window, Intake intake, Backlog backlog, Crew crew) {
    this.schedule = schedule;
    this.engine = engine;
    this.window = window;
    this.intake = intake;
    this.backlog = backlog;
    this.crew = crew;
    this.mayReadAhead = !intake.isPrompt() && !engine.config.inCaller();
  }

  /** Under the lock, which is let go meanwhile if the source may block: a claim; null for none. */
  @Nullable Claim read(Worker worker) {
    return intake.isPrompt() ? readLocked(worker) : readOpenly(worker);
  }

  /** Under the lock: whether items came while a worker was about to leave, which nobody else looks for. */
  boolean hasAppended() {
    if (!intake.isReading()) {
      return false;
    }
    hungry = true; // before looking: a reader appends, then looks at this
    return backlog.stealable() != null;
  }

  /** Under the lock. */
  boolean isAhead() {
    return ahead != null;
  }

  private Claim begin(Worker worker) {
    long most = Math.min(worker.size(), intake.groupRoom());
    Claim claim = intake.begin(window.claimable(schedule.room(), most));
    claim.handedNanos = worker.nowNanos;
    return claim;
  }

  private boolean append(Claim claim, @Nullable Object item) {
    return claim.append(item) && intake.wantsMore(schedule.hasEnded());
  }

  /* One turn at the lock is all it takes; the reader keeps its slot. */
  private @Nullable Claim readLocked(Worker worker) {
    Claim claim = begin(worker);
    Throwable broken = intake.load(claim, claim::add);
    return endReading(claim, worker, broken) ? claim : null;
  }

  /* The reader gives up its slot: a source that blocks must not keep due items from running. */
  private @Nullable Claim readOpenly(Worker worker) {
    Claim claim = begin(worker);
    intake.readWithoutLock(worker);
    hungry = !crew.isAnyArriving();
    backlog.share(claim);
    crew.giveUpSlot();
    schedule.release(); // the slot may be wanted
    Throwable broken = intake.load(claim, item -> appendOpenly(claim, item));
    worker.nowNanos = engine.clock.nanoTime();
    schedule.lock();
    if (!intake.isReader(worker)) {
      crew.leave(worker); // given up meanwhile, and with it the source
      Thread.interrupted();
      return null;
    }
    backlog.unshare(claim);
    return goOn(worker, endReading(claim, worker, broken) ? claim : null);
  }

  private boolean appendOpenly(Claim claim, @Nullable Object item) {
    boolean more = append(claim, item);
    if (hungry && claim.hasMore()) {
      schedule.lock();
      hungry = false;
      schedule.release();
    }
    return more;
  }

  /** Whether nobody will read for a while, because all slots are busy, though the window has room. */
  boolean mayStartAhead() {
    return mayReadAhead
        && ahead == null
        && !schedule.hasEnded()
        && !crew.hasFreeSlot()
        && !backlog.hasReturned()
        && schedule.isReadable();
  }

  /** Makes a worker the one who reads ahead; false if that is not wanted any more. */
  boolean startReadingAhead(Worker reader) {
    schedule.lock();
    try {
      boolean start = mayStartAhead();
      ahead = start ? reader : ahead;
      return start;
    } finally {
      schedule.unlock();
    }
  }

  /**
   * Reads while all slots are busy, so that an error of the source is found in time. Called in a thread of
   * its own, which has no slot and runs no item: what it reads is left to the workers.
   */
  void readAhead(Worker reader) {
    schedule.lock();
    while (ahead == reader
        && intake.isOpen(schedule.hasEnded())
        && schedule.room() > 0
        && !crew.hasFreeSlot()) {
      Claim claim = begin(reader);
      intake.readWithoutLock(reader);
      schedule.unlock();
      Throwable broken = intake.load(claim, item -> append(claim, item));
      reader.nowNanos = engine.clock.nanoTime();
      schedule.lock();
      if (intake.isReader(reader) && endReading(claim, reader, broken)) {
        backlog.addReturned(claim);
      }
    }
    ahead = ahead == reader ? null : ahead;
    schedule.release();
  }

  /** False if there is nothing to run. */
  private boolean endReading(Claim claim, Worker worker, @Nullable Throwable broken) {
    boolean items = claim.run(worker.nowNanos, engine.freshBudgetNanos);
    intake.end(claim, broken != null);
    if (broken != null) {
      schedule.endLocked(RunStatus.ABORTED, broken);
    }
    return items;
  }

  /** Takes a slot again; leaves the claim to others if there is none. */
  private @Nullable Claim goOn(Worker worker, @Nullable Claim claim) {
    if (crew.hasFreeSlot(schedule.hasEnded())) {
      crew.takeSlot();
      return claim;
    }
    if (claim != null) {
      backlog.addReturned(claim);
    }
    crew.leave(worker);
    return null;
  }

  /** Interrupts the thread that reads the source, if one does. */
  void interruptReader() {
    schedule.lock();
    try {
      intake.interruptReader();
    } finally {
      schedule.unlock();
    }
  }

  /** Gives the reader up if it did not react to its interrupt. */
  void abandonReader() {
    schedule.lock();
    try {
      Worker stuck = intake.stuckReader();
      if (stuck == null) {
        return;
      }
      engine.abandoned(stuck.runningThread());
      ahead = ahead == stuck ? null : ahead;
      Claim read = intake.abandon(engine.clock.nanoTime(), engine.freshBudgetNanos);
      if (read != null) {
        backlog.unshare(read);
        backlog.addReturned(read);
      }
    } finally {
      schedule.release();
    }
  }
}
