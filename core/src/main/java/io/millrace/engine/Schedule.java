package io.millrace.engine;

import io.millrace.base.ShortLock;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RunStatus;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who does what next: brings together the backlog, the source, the crew and the window, and knows when
 * the run has ended.
 *
 * <p>One lock guards all of it. Every critical section ends in {@link #release}, which starts a worker
 * if there is work that nobody is going to look for, and notices the end. So:
 *
 * <p><b>No work is forgotten.</b> Whenever the lock is free, and there is work and a free slot, then a
 * worker is arriving, or somebody reads the source and will come back to the lock. A worker that gets
 * work while there is more starts the next one; so workers appear only as fast as the scheduler runs
 * them, and cheap items need few.
 */
final class Schedule {
  private final Engine engine;
  private final Sink sink;
  private final Window window;
  private final Reading reading;

  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock. */
  private final Backlog backlog;
  private final Intake intake;
  private final Crew crew;
  private boolean lingering;
  private boolean justEnded;
  private boolean brokenDown;

  private boolean joined;

  /* Written under the lock, read without it. */
  private volatile RunStatus status = RunStatus.RUNNING;
  private volatile @Nullable Throwable error;
  private volatile boolean over;

  /* Set under the lock when the window keeps the source from being read; the consumer looks at it. */
  private volatile boolean starved;

  Schedule(Engine engine, Feed feed, Sink sink, Config config) {
    this.engine = engine;
    this.sink = sink;
    this.backlog = new Backlog(engine.originNanos);
    this.intake = new Intake(feed, config.group());
    this.window = new Window(config, sink, intake);
    this.crew = new Crew(config.slots(), config.ownThreads());
    this.reading = new Reading(this, engine, window, intake, backlog, crew);
  }

  Reading reading() {
    return reading;
  }

  void lock() {
    lock.lock();
  }

  /** For sections that change nothing that is to be done; others end in {@link #release}. */
  void unlock() {
    lock.unlock();
  }

  RunStatus status() {
    return status;
  }

  @Nullable Throwable error() {
    return error;
  }

  boolean hasEnded() {
    return status != RunStatus.RUNNING;
  }

  /** Whether every admitted item has its outcome, and none will be admitted. */
  boolean isOver() {
    return over;
  }

  /** Whether the consumer should say that it has made room: now, not after each outcome. */
  boolean isStarvedWithRoom() {
    return starved && window.isHalfEmpty(intake.admittedRacy());
  }

  boolean isStarved() {
    return starved;
  }

  long admitted() {
    lock.lock();
    try {
      return intake.admitted();
    } finally {
      lock.unlock();
    }
  }

  long settled() {
    lock.lock();
    try {
      return window.settled();
    } finally {
      lock.unlock();
    }
  }

  boolean hasJoined() {
    lock.lock();
    try {
      return joined;
    } finally {
      lock.unlock();
    }
  }

  int running() {
    lock.lock();
    try {
      return crew.running();
    } finally {
      lock.unlock();
    }
  }

  List<Worker> workers() {
    lock.lock();
    try {
      return crew.workers();
    } finally {
      lock.unlock();
    }
  }

  /** Items that workers have, or that need only a worker; in runs whose items bring options along. */
  List<Tuned> claimed() {
    lock.lock();
    try {
      List<Tuned> all = new ArrayList<>();
      for (Worker worker : crew.workers()) {
        Claim claim = worker.claim;
        if (claim != null && claim.item(0) instanceof Tuned item) {
          all.add(item);
        }
      }
      all.addAll(backlog.readyItems());
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Claims of several items that are being worked on. */
  List<Claim> sharedClaims() {
    lock.lock();
    try {
      return backlog.shared();
    } finally {
      lock.unlock();
    }
  }

  /** The next claim for a worker; null if it has to leave. */
  @Nullable Claim next(Worker worker) {
    lock.lock();
    try {
      if (!crew.has(worker) && !crew.arrive(worker)) {
        return null;
      }
      giveBack(worker);
      Claim claim = null;
      while (claim == null) {
        switch (admission(worker).next()) {
          case RESUME -> claim = resumed(worker);
          case TAKE_OVER -> claim = takenOver();
          case STEAL -> claim = stolen(worker);
          case READ -> claim = reading.read(worker);
          case LEAVE -> {
            if (!lingers() && !reading.hasAppended()) {
              crew.leaveWithSlot(worker);
            }
          }
        }
        if (!crew.has(worker)) {
          return null;
        }
      }
      handOut(claim, worker);
      return claim;
    } finally {
      release();
    }
  }

  private Admission admission(Worker worker) {
    boolean fresh = mayBeginReturned();
    Claim oldest = fresh ? backlog.stealable() : null;
    return new Admission(
        backlog.hasReady(),
        fresh && backlog.hasReturned(),
        oldest != null && Backlog.isLate(oldest, worker.nowNanos),
        isReadable(),
        oldest != null);
  }

  boolean isReadable() {
    boolean open = intake.isOpen(hasEnded());
    if (!open || room() > 0) {
      return open;
    }
    starved = true;
    return room() > 0; // either the consumer sees the flag, or this sees what it has taken
  }

  long room() {
    return window.room(intake.admitted());
  }

  /* Items that were read have their place in the window, unless that counts from their start. */
  private boolean mayBeginReturned() {
    return !window.countsFromStart() || room() > 0 || hasEnded();
  }

  boolean countsFromStart() {
    return window.countsFromStart();
  }

  private void giveBack(Worker worker) {
    Claim done = worker.claim;
    if (done != null) {
      backlog.unshare(done);
      if (window.countsFromStart()) {
        Claim rest = done.splitRest();
        if (rest != null) {
          backlog.addReturned(rest);
        }
      }
      cameBack(done, done.settled());
      sink.givenBack(done);
      worker.claim = null;
    }
  }

  private void cameBack(Claim claim, int more) {
    window.cameBack(claim, more);
    if (sink instanceof Collected) {
      intake.doneWith(window.settled());
    }
  }

  private void handOut(Claim claim, Worker worker) {
    claim.handedNanos = worker.nowNanos;
    claim.startNanos = worker.nowNanos; // it may have been left behind for long
    if (engine.tuned && claim.ticket == null) {
      claim.budgetNanos = engine.budgets(claim.item()).freshNanos(); // before a scan can see it
    }
    if (claim.hasMore()) {
      backlog.share(claim);
    }
    worker.claim = claim;
    window.handedOut(claim);
  }

  private Claim resumed(Worker worker) {
    Ticket ticket = backlog.takeReady();
    Claim claim = Claim.of(ticket);
    claim.budgetNanos = engine.budgets(ticket.item).nanos(ticket, worker.nowNanos);
    return claim;
  }

  private Claim takenOver() {
    Claim claim = backlog.takeReturned();
    claim.budgetNanos = engine.freshBudgetNanos;
    return claim;
  }

  private @Nullable Claim stolen(Worker worker) {
    Claim from = backlog.stealable();
    return from == null ? null : from.steal(worker.nowNanos, engine.freshBudgetNanos);
  }

  /*
   * Where tasks come one by one, the next one often comes sooner than a thread could be started. One
   * worker at a time looks out for it, for a moment; true if it has come.
   */
  private boolean lingers() {
    if (lingering || !engine.tuned || !intake.isDry()) {
      return false;
    }
    lingering = true;
    lock.unlock();
    boolean come = Wakeup.spin(intake::hasTask);
    lock.lock();
    lingering = false;
    if (come) {
      intake.signal(); // whoever added it may wait for this lock, and for this worker's carrier
    }
    return come;
  }

  /** An item that waited may go on. */
  void resume(Ticket ticket) {
    lock.lock();
    backlog.addReady(ticket);
    release();
  }

  /** An item waits for its due time; returns whether it is the earliest of them. */
  boolean delay(Ticket ticket) {
    lock.lock();
    try {
      if (hasEnded()) {
        backlog.addReady(ticket);
        return false;
      }
      return backlog.delay(ticket);
    } finally {
      release();
    }
  }

  /** Lets an item go on at once if it waits for its due time. */
  void promote(Ticket ticket) {
    lock.lock();
    backlog.promote(ticket);
    release();
  }

  /** Lets the due items go on; returns when the next one is due, or null if none waits. */
  @Nullable Long wakeDue(long nowNanos) {
    lock.lock();
    try {
      return backlog.wakeDue(nowNanos);
    } finally {
      release();
    }
  }

  /**
   * Reserves a slot for an item whose permit is there.
   *
   * @return the generation of the worker to start for it, or {@link Crew#NO_SLOT}
   */
  int reserve() {
    lock.lock();
    try {
      return hasEnded() ? Crew.NO_SLOT : crew.expectIfFree();
    } finally {
      lock.unlock();
    }
  }

  /** The initial delay is over, or there is none. */
  void open() {
    lock.lock();
    intake.letGo();
    release();
  }

  /** The consumer has taken all outcomes of a group, and asks for the next. */
  void nextGroup() {
    lock.lock();
    intake.nextGroup();
    release();
  }

  /** The consumer has taken something. */
  void roomFreed() {
    lock.lock();
    starved = false;
    release();
  }

  /** A source that had nothing may have something. */
  void sourceReady() {
    lock.lock();
    intake.signal();
    release();
  }

  /** A worker could not be started. */
  void notStarted(int generation, Throwable broken) {
    lock.lock();
    endLocked(RunStatus.ABORTED, broken);
    crew.notStarted(generation);
    release();
  }

  /**
   * Ends the run, if it has not ended; true if this did it.
   *
   * @param discard whether nobody wants to hear of items that were not read
   */
  boolean end(RunStatus how, @Nullable Throwable why, boolean discard) {
    lock.lock();
    try {
      if (discard) {
        intake.dropRest();
      }
      return endLocked(how, why);
    } finally {
      release();
    }
  }

  boolean endLocked(RunStatus how, @Nullable Throwable why) {
    if (hasEnded()) {
      return false;
    }
    if (why != null) {
      intake.dropRest();
    }
    error = why;
    status = how;
    backlog.wakeAll();
    crew.forgetArriving();
    justEnded = true;
    return true;
  }

  /**
   * Writes a worker off if it is still busy with the item it was seen with: that item is settled, its
   * other items go to others.
   */
  boolean writeOff(Worker worker, Claim claim, long seen, Failure<?, ?> failure) {
    lock.lock();
    try {
      if (worker.claim != claim || !claim.abandon(seen)) {
        return false;
      }
      engine.abandoned(worker.runningThread());
      sink.leftBehind(claim);
      sink.writtenOff(Claim.settled(failure.index(), failure));
      cameBack(claim, claim.settled() + 1);
      backlog.unshare(claim);
      worker.claim = null;
      crew.writeOff();
      Claim rest = claim.afterAbandoned();
      if (rest != null) {
        backlog.addReturned(rest);
      }
      if (engine.note(failure)) {
        endLocked(RunStatus.ABORTED, engine.endingError(failure));
      }
      if (crew.areAllStuck() && !isAllSettled() && !engine.tuned) {
        endLocked(RunStatus.ABORTED, null); // tasks of an executor wait for a worker to come back
      }
      return true;
    } finally {
      release();
    }
  }

  /** A worker that was written off is back. */
  void cameBack() {
    lock.lock();
    crew.cameBack();
    release();
  }

  /** A worker fails by a defect of the engine: the run ends rather than hang. */
  void broke(Worker worker, Throwable broken) {
    lock.lock();
    if (intake.isReader(worker)) {
      crew.leave(worker);
    } else if (crew.has(worker)) {
      crew.leaveWithSlot(worker);
    }
    endLocked(RunStatus.ABORTED, broken);
    brokenDown = true;
    release();
  }

  private void finish() {
    if (status == RunStatus.RUNNING) {
      status = RunStatus.COMPLETED;
    }
    over = true;
  }

  private boolean mustStart() {
    return !over
        && !crew.isAnyArriving()
        && !lingering
        && crew.hasFreeSlot(hasEnded())
        && (isReadable() || backlog.hasReady() || (mayBeginReturned() && backlog.hasFresh()));
  }

  private boolean isAllSettled() {
    return intake.isDone(hasEnded()) && intake.admitted() == window.settled();
  }

  /** Ends every critical section that can change what is to be done: see the class comment. */
  void release() {
    int start = mustStart() ? crew.expect() : Crew.NO_SLOT;
    boolean finished = !over && (brokenDown || isAllSettled());
    if (finished) {
      finish();
    }
    boolean left = over && !joined && crew.isGone() && !reading.isAhead();
    boolean readAhead = reading.mayStartAhead();
    boolean ended = justEnded;
    if (left || ended) { // not for nothing: others read the same cache line for each item
      joined |= left;
      justEnded = false;
    }
    lock.unlock();
    if (start != Crew.NO_SLOT) {
      engine.startWorker(start);
    }
    if (readAhead) {
      engine.readAheadSoon();
    }
    if (ended) {
      engine.windUp();
    }
    if (finished) {
      engine.finished();
    }
    if (left) {
      engine.joined();
    }
  }
}
