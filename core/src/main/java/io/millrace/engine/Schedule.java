package io.millrace.engine;

import io.millrace.base.ShortLock;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.durable.Backpressure;
import io.millrace.engine.feed.Feed;
import io.millrace.engine.out.Collected;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.spi.Party;
import io.millrace.outcome.RunStatus;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who does what next: brings together the backlog, the source, the crew and the window, and knows when
 * the run has ended. What a worker gets is decided in {@link Dispatch}.
 *
 * <p>One lock guards all of it. Nothing that is done under it grows with the run, and no foreign
 * code runs there. Every critical section ends in {@link #release}, which finds out what its
 * changes require in the world, and does that after the lock is free. So:
 *
 * <p><b>No work is forgotten.</b> Whenever the lock is free, and there is work and a free slot, then a
 * worker is arriving, or somebody reads the source and will come back to the lock. A worker that gets
 * work while there is more starts the next one; so workers appear only as fast as the scheduler runs
 * them, and cheap items need few.
 */
final class Schedule {
  private final Terms terms;
  private final Sink sink;
  private final Effects effects;
  private final Party party;
  private final Window window;
  private final Reading reading;
  private final Dispatch dispatch;
  private final WaitingItems waiting;
  private final Absences absences;
  private final Census census;
  private final LiveControl control;
  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock. */
  private final Backlog backlog = new Backlog();
  private final Intake intake;
  private final Crew crew;
  private final Precedence precedence;
  private boolean isBrokenDown;
  private boolean isJoined;

  /** Items that have yet to be told that their workers were abandoned. */
  private int untold;

  /* Guarded by the lock: what the next release has to pass on. */
  private boolean hasNews;
  private boolean hasJustEnded;
  private boolean isStalled;

  /* Written under the lock, read without it. */
  private volatile RunStatus status = RunStatus.RUNNING;
  private volatile @Nullable Throwable error;

  /* Written under the lock, true before the status says that the run has ended; read without it. */
  private volatile boolean isDraining;

  private volatile boolean isOver;

  /* Written under the lock, before it is over; the consumer reads it after that. */
  private volatile long outcomes;

  /* Set under the lock when the window keeps the source from being read; the consumer looks at it. */
  private volatile boolean isStarved;

  /** Of a run; the backpressure is that of its commits, if it has a checkpoint. */
  Schedule(
      Terms terms,
      Feed feed,
      Sink sink,
      Effects effects,
      Party party,
      @Nullable Backpressure commits) {
    this.terms = terms;
    this.sink = sink;
    this.effects = effects;
    this.party = party;
    Config config = terms.config;
    this.intake = new Intake(feed, config.group());
    this.window = new Window(config, sink, intake);
    this.crew = new Crew(config.slots(), config.ownThreads());
    this.census = new Census(this, window, intake, backlog, crew);
    this.control = new LiveControl(this, terms, window, crew);
    this.absences = new Absences(this, sink, window, intake, backlog, crew);
    this.precedence = new Precedence(this, terms, party, commits, backlog, crew);
    this.waiting = new WaitingItems(this, effects, backlog, crew, precedence);
    this.reading = new Reading(this, terms, window, intake, backlog, crew);
    this.dispatch = new Dispatch(this, precedence, terms, sink, window, intake, backlog, crew);
  }

  /** The items that wait, for those that know what they wait for. */
  WaitingItems waiting() {
    return waiting;
  }

  Absences absences() {
    return absences;
  }

  Census census() {
    return census;
  }

  LiveControl control() {
    return control;
  }

  Reading reading() {
    return reading;
  }

  /** What workers come to for work. */
  Dispatch dispatch() {
    return dispatch;
  }

  /** Never inside another such section: what ends in {@link #release} must leave no lock behind. */
  void lock() {
    assert !lock.isHeld() : "a critical section within another one";
    lock.lock();
  }

  /** As {@link #lock}, under a limit's lock. */
  void lockInside() {
    assert !lock.isHeld() : "a critical section within another one";
    lock.lockInside();
  }

  /** For sections after which nothing has to be done; all others end in {@link #release}. */
  void unlock() {
    lock.unlock();
  }

  // What others may know

  RunStatus status() {
    return status;
  }

  @Nullable Throwable error() {
    return error;
  }

  boolean hasEnded() {
    return status != RunStatus.RUNNING;
  }

  /** Whether the run has ended, and what runs may finish all the same. */
  boolean isDraining() {
    return isDraining;
  }

  /** Whether the run has ended, and what runs is interrupted. */
  boolean isCut() {
    return hasEnded() && !isDraining; // in this order: see isDraining
  }

  /** Whether every admitted item has its outcome, and none will be admitted. */
  boolean isOver() {
    return isOver;
  }

  /** How many outcomes there are in all; only when it is over. After a defect nobody knows, and this is 0. */
  long outcomes() {
    return outcomes;
  }

  /**
   * Whether the consumer should report now that it has made room. It does not report each outcome.
   */
  boolean isStarvedWithRoom() {
    return isStarved && window.isHalfEmpty(intake.admittedRacy());
  }

  boolean isStarved() {
    return isStarved;
  }

  boolean countsFromStart() {
    return window.countsFromStart();
  }

  /** Shows the consumer what was finished in claims that are still being worked on. */
  void showUnseen() {
    long now = terms.clock.nanoTime();
    lock();
    try {
      backlog.showUnseen(now, sink);
    } finally {
      if (waiting.hasInVain()) {
        release(); // the consumer has nothing to take: that may leave nothing but waits in vain
      } else {
        lock.unlock();
      }
    }
  }

  // Hedges

  /** A call takes long: if there is a slot that nothing else needs, it is made a second time, unless it was dropped meanwhile. */
  void offer(HedgedCall second) {
    lock();
    try {
      backlog.addHedge(second);
    } finally {
      release();
    }
  }

  /** It was dropped, and is not to be made any more. */
  void withdraw(HedgedCall second) {
    lock();
    backlog.removeHedge(second);
    unlock();
  }

  // Room in the window

  /** The consumer has taken something. */
  void roomFreed() {
    lock();
    isStarved = false;
    release();
  }

  /** Under the lock. */
  boolean isReadable() {
    boolean open = intake.isOpen(hasEnded());
    if (!open || room() > 0) {
      return open;
    }
    isStarved = true;
    return room() > 0; // either the consumer sees the flag, or this sees what it has taken
  }

  /** Under the lock. */
  long room() {
    return window.room(intake.admitted());
  }

  /** Under the lock. Items that were read have their place in the window already, unless it counts them from their
   * start. */
  boolean mayBeginReturned() {
    return !window.countsFromStart() || room() > 0 || hasEnded();
  }

  /** Under the lock. */
  void giveBack(Claim claim, int more) {
    window.giveBack(claim, more);
    countGroup();
  }

  /** Under the lock. */
  void countGroup() {
    if (sink instanceof Collected) {
      intake.doneWith(window.settled());
    }
  }

  // Ends

  /**
   * Ends the run, if it has not ended; true if this did it.
   *
   * @param discard whether nobody wants to hear of items that were not read
   */
  boolean end(RunStatus how, @Nullable Throwable why, boolean discard) {
    lock();
    if (discard) {
      intake.dropRest();
    }
    boolean ended = endLocked(how, why);
    release();
    return ended;
  }

  /** Ends the run, if it has not ended, and lets what runs finish, until {@link #end} is called; true if this did it. */
  boolean drain(RunStatus how) {
    lock();
    boolean ended = drainLocked(how);
    release();
    return ended;
  }

  /** As {@link #drain}, under the lock. */
  boolean drainLocked(RunStatus how) {
    boolean ends = !hasEnded();
    if (ends) {
      isDraining = true;
      endLocked(how, null);
    }
    return ends;
  }

  /** Under the lock: the consumer has to be told of something when that is free. */
  void tellNews() {
    hasNews = true;
  }

  /** Under the lock: an item will be told that its worker was abandoned; the run is not gone before that. */
  void tells() {
    untold++;
  }

  /** An item was told. */
  void told() {
    lock();
    untold--;
    release();
  }

  /** Under the lock: a worker is back. */
  void stalledNoMore() {
    isStalled = false;
  }

  /** Under the lock. */
  boolean endLocked(RunStatus how, @Nullable Throwable why) {
    if (hasEnded()) {
      return isDraining && cutLocked(why);
    }
    dropRestAfter(why);
    error = why;
    status = how;
    backlog.end();
    intake.endGroups();
    window.end();
    crew.end();
    hasJustEnded = true;
    return true;
  }

  /* Whatever would end a run ends its drain; the status stays. */
  private boolean cutLocked(@Nullable Throwable why) {
    dropRestAfter(why);
    error = why;
    isDraining = false;
    hasJustEnded = true;
    return true;
  }

  private void dropRestAfter(@Nullable Throwable why) {
    if (why != null) {
      intake.dropRest();
    }
  }

  /**
   * Ends the run if it still cannot go on.
   *
   * @param hasCarriers whether a virtual thread got a carrier meanwhile
   */
  void endIfStalled(boolean hasCarriers) {
    lock();
    isStalled = false;
    if (isStalledNow() && (crew.isStalled() || !hasCarriers)) {
      endLocked(RunStatus.ABORTED, null);
    }
    release();
  }

  /** Under the lock: the run ends by a defect of the engine, or for want of memory, whatever is left: nobody knows what was done. */
  void breakDown(Throwable broken) {
    endLocked(RunStatus.ABORTED, broken);
    isBrokenDown = true;
    outcomes = 0;
  }

  // The epilogue of each turn

  /** Ends every critical section that can change what is to be done: see the class comment. */
  void release() {
    Todo todo = todoOrEnd();
    lock.unlock();
    if (todo != Todo.NOTHING) {
      todo.perform(effects);
    }
  }

  /* There may be no memory for it: then nobody knows what is to be done, and the run ends. */
  private Todo todoOrEnd() {
    boolean wasOver = isOver;
    try {
      return todo();
    } catch (Throwable broken) {
      if (wasOver) {
        return Todo.NOTHING; // whoever waits for the last one has this looked at again
      }
      crew.forgetArriving();
      breakDown(broken);
      finish();
      hasJustEnded = false;
      return Todo.BROKEN_DOWN;
    }
  }

  private Todo todo() {
    endIfInVain();
    control.recallNoMore();
    int start = mustStart() ? crew.expect() : Crew.NO_SLOT;
    boolean over = !isOver && (isBrokenDown || isAllSettled());
    if (over) {
      finish();
    }
    boolean allTold = untold == 0 || isBrokenDown; // there may have been no memory for who tells
    boolean joined = isOver && !isJoined && crew.isGone() && !reading.isAhead() && allTold;
    boolean stalled = isStalledNow();
    boolean readAhead = reading.mayStartAhead();
    boolean offers = party.hasHeld() && precedence.takesPermits();
    boolean unusable = precedence.hasUnusablePermits();
    if (start == Crew.NO_SLOT
        && !over
        && !joined
        && stalled == isStalled
        && !hasJustEnded
        && !readAhead
        && !offers
        && !unusable
        && !hasNews) {
      return Todo.NOTHING; // and nothing is written: others read the same cache line for each item
    }
    List<Ticket> granted = unusable ? backlog.takeGranted() : List.of();
    boolean stalls = stalled && !isStalled;
    boolean ends = hasJustEnded;
    Todo todo = new Todo(start, granted, hasNews, readAhead, offers, stalls, ends, over, joined);
    hasNews = false;
    isJoined |= joined;
    isStalled = stalled; // if it is no more, patience begins anew with the next time
    hasJustEnded = false;
    return todo;
  }

  private void finish() {
    if (status == RunStatus.RUNNING) {
      status = RunStatus.COMPLETED;
    }
    isDraining = false;
    outcomes = isBrokenDown ? 0 : window.settled();
    isOver = true;
  }

  private boolean mustStart() {
    if (isOver || crew.isAnyArriving() || dispatch.isLingering()) {
      return false;
    }
    if (hasEnded() ? crew.hasFreeHand() : crew.hasFreeSlot()) {
      return precedence.hasWork();
    }
    return backlog.hasCondemned() && crew.hasFreeHand();
  }

  private boolean isAllSettled() {
    return intake.isDone(hasEnded()) && intake.admitted() == window.settled();
  }

  /* Tasks of an executor wait for a worker to come back, as those of every executor do. */
  private boolean isStalledNow() {
    return !terms.isTuned
        && !hasEnded()
        && !crew.isPaused()
        && (crew.isStalled() || crew.lacksCarriers())
        && !isAllSettled();
  }

  /* Ends the run if all that is left waits for permits that will come too late. */
  private void endIfInVain() {
    if (waiting.isAllInVain(intake, window)
        && !hasEnded()
        && (intake.isDone(false)
            || intake.groupRoom() <= 0
            || (!sink.mayMakeRoom() && room() <= 0))) {
      endLocked(RunStatus.TIMED_OUT, null);
    }
  }
}
