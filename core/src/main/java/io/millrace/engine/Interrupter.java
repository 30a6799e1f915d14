package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.claim.SecondCall;
import io.millrace.engine.terms.Budgets;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Alarm;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.thread.Sending;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Hedge;
import io.millrace.time.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Ends phases of items that take too long, by scanning what the workers publish: the run's watchdog.
 *
 * <p>What is interrupted and does not return within the grace period is abandoned: see {@link
 * Abandonment}. The grace period is real time even on a virtual clock, because it is for a real thread to
 * react. A scan takes no lock, and pauses after it keep scans to a part of the time.
 */
final class Interrupter {
  /** The pause after a scan for each worker that was looked at, several times what such a look takes. */
  private static final long REST_NANOS = 400;

  /** The longest pause: so much later than its deadline an attempt is interrupted at most, as far as that is up to scans. */
  private static final long MOST_REST_NANOS = 10_000_000;

  /** The time between two looks at workers that are left after the end of the run, or that could not be abandoned. */
  private static final long AGAIN_NANOS = 20_000_000;

  /** How long a thread's own method may take to interrupt it, if the grace period is shorter than that. */
  private static final long MOST_SENDING_NANOS = 1_000_000_000;

  private static final long LEAST_GRACE_STEP_NANOS = 1_000_000;

  private final Terms terms;
  private final Schedule schedule;
  private final Abandonment abandonment;
  private final Alarm budgetAlarm;
  private final Alarm graceAlarm;

  /* The longest time to the next scan while somebody works; phases with a smaller budget set the alarm
   * for themselves. Without end where no phase has the budget of a fresh item, because that is none. */
  private final long scanNanos;

  /* Whether a scan will come, within that time, that looks at every phase that goes on now. Written by
   * workers and scans. */
  private volatile boolean isWatching;

  /* Virtual time is exact. */
  private final boolean isClockReal;

  /* The same for the grace of whoever was interrupted. */
  private volatile boolean isGraceWatched;

  /* In real time. Written when the run has ended, before the scans that read it. */
  private volatile long endedNanos;

  /* In real time: the same for the end after which what runs may finish. */
  private volatile long drainedNanos;

  Interrupter(Terms terms, Schedule schedule, Abandonment abandonment) {
    this.terms = terms;
    this.schedule = schedule;
    this.abandonment = abandonment;
    this.scanNanos = terms.freshBudgetNanos > 0 ? terms.freshBudgetNanos : Long.MAX_VALUE;
    this.isClockReal = terms.clock == TimeSource.system();
    this.budgetAlarm = new Alarm(terms.clock, this::scanBudgets);
    this.graceAlarm = new Alarm(TimeSource.system(), this::scanGrace);
  }

  /** A phase of this claim's item begins that has a budget. */
  void watch(Claim claim) {
    if (!isWatching || claim.budgetNanos < scanNanos) {
      setBudget(claim.startNanos + Math.min(claim.budgetNanos, scanNanos));
    }
  }

  private void setBudget(long nanos) {
    isWatching = true;
    try {
      budgetAlarm.at(nanos);
    } catch (Throwable broken) { // others rely on it as well, and would never time out
      isWatching = false;
      schedule.end(RunStatus.ABORTED, broken, false);
      throw broken;
    }
  }

  /** The run is over: nothing is left to be interrupted or abandoned, but hedges that were interrupted and still run. */
  void over() {
    budgetAlarm.cancel();
    if (terms.config.hedge == null) {
      graceAlarm.cancel();
    }
  }

  /** The run is joined. */
  void stop() {
    budgetAlarm.cancel();
    graceAlarm.cancel();
  }

  // Timeouts

  /*
   * A phase that starts after its worker was looked at does not use up its budget before the next
   * scan, which is at most scanNanos away, or it sets the alarm. If no worker has a claim, scanning stops; the next phase sees that nobody watches, and
   * starts it again.
   */
  private void scanBudgets() {
    try {
      scanOnce();
    } catch (Throwable broken) { // a clock: nobody would be interrupted any more
      schedule.end(RunStatus.ABORTED, broken, false);
    }
  }

  private void scanOnce() {
    isWatching = false; // before looking, so that a worker that is not seen sees this
    BudgetScan scan = new BudgetScan(terms.clock.nanoTime());
    schedule.census().roster().forEach(worker -> Mishaps.survive(() -> scan.look(worker)));
    if (scan.isAnyBusy && scan.waitNanos != Long.MAX_VALUE) {
      setBudget(scan.now + Math.max(scan.waitNanos, isClockReal ? rest(scan.looks) : 0));
    }
  }

  /**
   * How long to pause after a scan of so many workers. It goes by what was done, not by how long that took: else a scan that
   * got no core for a while would hold up everybody's timeouts for a multiple of that.
   */
  static long rest(int looks) {
    return Math.min(looks * REST_NANOS, MOST_REST_NANOS);
  }

  private final class BudgetScan {
    final long now;
    long waitNanos = scanNanos;
    boolean isAnyBusy;
    int looks;

    BudgetScan(long now) {
      this.now = now;
    }

    void look(Worker worker) {
      looks++;
      Claim claim = worker.claim;
      if (claim != null) {
        isAnyBusy = true;
        waitNanos = Math.min(waitNanos, check(worker, claim));
      }
    }

    /** How long the worker's phase may still take. If its time is up, the worker is interrupted. */
    private long check(Worker worker, Claim claim) {
      long seen = claim.observe();
      long left = claim.leftNanos(now);
      boolean isOverdue = left <= 0 && Claim.isRunning(seen) && claim.observe() == seen;
      if (isOverdue) {
        Budgets budgets = terms.budgets(claim.item(seen));
        interrupt(worker, claim, seen, budgets.which(claim), worker::interruptAttempt);
      }
      return left > 0 ? left : scanNanos;
    }
  }

  private void interrupt(
      Worker worker, Claim claim, long seen, Interruption why, Runnable sending) {
    if (claim.beginInterrupt(seen, why)) {
      Sending.interrupt(worker.runningThread(), sending, () -> sent(claim, why));
      if (claim.isInterruptOnItsWay()) {
        watchGrace(); // another thread sends it, and may never do it
      }
    }
  }

  /* The grace begins when the interrupt was sent, perhaps by a thread of its own. */
  private void sent(Claim claim, Interruption why) {
    claim.interruptSent();
    if (why != Interruption.RUN_ENDED) {
      watchGrace();
    }
  }

  // Hedging

  /** A hedge has answered: the call that it stood beside is interrupted, if it goes on. */
  void interruptOwner(Worker worker, Claim claim, long seen) {
    interrupt(worker, claim, seen, Interruption.HEDGED, worker::interruptAttempt);
  }

  /** Nobody wants the answer of this hedge: it is not begun any more, or interrupted if it runs. Returns how far it was. */
  SecondCall.State drop(HedgedCall second) {
    SecondCall.State before = second.drop();
    Hedge hedge = terms.config.hedge;
    if (before == SecondCall.State.OFFERED && hedge != null) {
      schedule.withdraw(second);
      giveBack(hedge);
    }
    Worker worker = second.worker;
    Claim own = second.own;
    if (before == SecondCall.State.RUNNING && worker != null && own != null) {
      interrupt(worker, own, own.observe(), Interruption.HEDGED, worker::interruptAttempt);
    }
    return before;
  }

  /** A hedge that was taken from the budget is not made. A clock that throws ends the run, but leaves nothing undone. */
  void giveBack(Hedge hedge) {
    try {
      hedge.giveBack(terms.clock.nanoTime());
    } catch (Throwable broken) {
      schedule.end(RunStatus.ABORTED, broken, false);
    }
  }

  /**
   * By the owner: its call has ended, and no hedge interrupts it any more. One that did is void from now on. Any other
   * interrupt stays.
   */
  void leaveHedged(Claim claim, long nowNanos) {
    if (!claim.nextPhase(nowNanos, claim.budgetNanos)
        && Claim.interruption(claim.observe()) == Interruption.HEDGED
        && claim.sealInterrupted() != null) {
      claim.unseal(nowNanos, claim.budgetNanos);
    }
  }

  // Grace

  private void watchGrace() {
    if (!isGraceWatched && mayAbandon()) {
      setGrace(terms.graceNanos);
    }
  }

  private boolean mayAbandon() {
    return !terms.isInCaller && terms.graceNanos != Long.MAX_VALUE;
  }

  private void setGrace(long nanos) {
    isGraceWatched = true;
    try {
      graceAlarm.at(System.nanoTime() + nanos);
    } catch (Throwable noTimer) { // the next one who is interrupted tries again
      isGraceWatched = false;
      Mishaps.log("a grace period could not be watched", noTimer);
    }
  }

  /* One timer for all who were interrupted, however many they are. */
  private void scanGrace() {
    isGraceWatched = false; // before looking: who is interrupted later is not seen, and sees this
    long now = System.nanoTime();
    boolean isCut = schedule.isCut() && !terms.isTuned;
    boolean ends = isCut && endedNanos != 0 && now - endedNanos >= terms.graceNanos;
    GraceScan scan = new GraceScan(now, ends);
    if (ends) {
      endReading(now);
    } else if (isCut && endedNanos != 0) { // else it is over, or whoever ends it sets the alarm
      scan.waitNanos = endedNanos + terms.graceNanos - now;
    } else if (drainedNanos != 0) {
      scan.waitNanos = drainReading(now);
    }
    schedule.census().roster().forEach(scan::lookAnyhow);
    if (scan.hasLostCarrier && !terms.isTuned) {
      Mishaps.survive(schedule.absences()::forgetIdle); // once, however many were abandoned
    }
    long next = ends ? AGAIN_NANOS : scan.waitNanos;
    if (next != Long.MAX_VALUE) {
      setGrace(Math.max(next, LEAST_GRACE_STEP_NANOS));
    }
  }

  /* What reads the rest of a sized source after the end has the grace period for all waits of it. */
  private void endReading(long now) {
    schedule.reading().limitListing(now, terms.graceNanos);
    interruptReader();
    schedule.reading().abandonReader(now - terms.graceNanos);
  }

  /* The same while what runs may finish; returns how long there is nothing to do about it. */
  private long drainReading(long now) {
    long left = drainedNanos + terms.graceNanos - now;
    if (left <= 0) {
      endReading(now);
    }
    return schedule.reading().isGoingOn() ? Math.max(left, AGAIN_NANOS) : Long.MAX_VALUE;
  }

  private final class GraceScan {
    private final long now;
    private final boolean ends;
    long waitNanos = Long.MAX_VALUE;
    boolean hasLostCarrier;

    GraceScan(long now, boolean ends) {
      this.now = now;
      this.ends = ends;
    }

    /* Who cannot be abandoned now may be soon: there may have been no memory for the report. */
    void lookAnyhow(Worker worker) {
      try {
        look(worker);
      } catch (Throwable broken) {
        waitNanos = Math.min(waitNanos, AGAIN_NANOS);
        Mishaps.log("an action that ignores its interrupt could not be abandoned", broken);
      }
    }

    private void look(Worker worker) {
      Claim claim = worker.claim;
      long seen = claim == null ? 0 : claim.observe();
      if (!ends && claim != null && Claim.isInterrupting(seen)) {
        lookAtSending(worker, claim, seen);
        return;
      }
      if (!ends) {
        worker.isReached();
      }
      if (claim != null && Claim.isInterrupted(seen) && !isWaitedFor(seen)) {
        long left = claim.interruptedNanos() + terms.graceNanos - now;
        if (left > 0) {
          waitNanos = Math.min(waitNanos, left);
        } else {
          hasLostCarrier |= abandon(worker, claim, seen);
        }
      } else if (ends) {
        endOf(worker, claim, seen, now);
      }
    }

    /* An executor has ended when its tasks have, however long they take. */
    private boolean isWaitedFor(long seen) {
      return terms.isTuned && Claim.interruption(seen) == Interruption.RUN_ENDED;
    }

    /* Its interrupt is on its way: one that a thread's own method does not send for long may never come. */
    private void lookAtSending(Worker worker, Claim claim, long seen) {
      long most = Math.max(terms.graceNanos, MOST_SENDING_NANOS);
      if (worker.isUnreachable(claim, seen, now, most)) {
        hasLostCarrier |= abandon(worker, claim, seen);
      } else {
        waitNanos = Math.min(waitNanos, AGAIN_NANOS);
      }
    }
  }

  /* The run has ended, and the grace period is over: the run waits for this worker no more. */
  private void endOf(Worker worker, @Nullable Claim claim, long seen, long now) {
    if (claim == null || Claim.isThrough(seen)) {
      schedule.absences().forget(worker, claim, seen);
    } else if (Claim.isRunning(seen)) {
      interrupt(worker, claim, seen, Interruption.RUN_ENDED, worker::interrupt);
    } else if (Claim.isBeyondInterrupts(seen)
        && worker.isUnreachable(claim, seen, now, terms.graceNanos)) {
      abandon(worker, claim, seen);
    }
  }

  /* The hedge of what is abandoned is dropped before: so it has an answer by then, or never. True if a carrier may be lost. */
  private boolean abandon(Worker worker, Claim claim, long seen) {
    HedgedCall second = worker.hedgeOf(claim, seen);
    boolean isAnswered = second != null && drop(second) == SecondCall.State.ANSWERED;
    boolean counts = isAnswered && HedgedCall.mayStandFor(seen);
    return abandonment.abandon(worker, claim, seen, counts ? second : null);
  }

  // The end of the run

  /**
   * Called by a worker that has begun a phase. If the run has ended, the worker interrupts itself:
   * the thread that interrupted all workers may have come too early for this phase.
   */
  void joinEnd(Claim claim) {
    if (schedule.isCut() && claim.beginInterrupt(claim.observe(), Interruption.RUN_ENDED)) {
      Sending.toCallingThread(claim::interruptSent);
    }
  }

  /** Interrupts everything that runs, because the run has ended. */
  void interruptAll() {
    endedNanos = System.nanoTime();
    if (mayAbandon() && !terms.isTuned) { // an executor has ended when its tasks have
      // First: if an interrupt holds this thread up, the scan at that time sends the others.
      setGrace(terms.graceNanos);
    }
    boolean[] isAny = {false};
    schedule.census().roster().forEach(worker -> isAny[0] |= isRunning(worker));
    if (isAny[0]) {
      Sending.all(() -> schedule.census().roster().forEach(this::interruptForEnd));
    }
    interruptReader();
  }

  private static boolean isRunning(Worker worker) {
    Claim claim = worker.claim;
    return claim != null && Claim.isRunning(claim.observe());
  }

  private void interruptForEnd(Worker worker) {
    Claim claim = worker.claim;
    if (claim != null) {
      interrupt(worker, claim, claim.observe(), Interruption.RUN_ENDED, worker::interrupt);
    }
  }

  /** The run has ended, and what runs may finish: only who reads the source is interrupted. */
  void interruptReading() {
    drainedNanos = System.nanoTime();
    if (mayAbandon() && !terms.isTuned && schedule.reading().isGoingOn()) {
      setGrace(terms.graceNanos); // first, as above
    }
    interruptReader();
  }

  /** Interrupts who reads the source, unless that lists a rest that is wanted. */
  void interruptReader() {
    Worker reader = schedule.reading().beginInterrupt();
    if (reader != null) {
      Thread thread = reader.runningThread();
      Runnable sent = schedule.reading()::interruptSent;
      Sending.all(() -> Sending.interrupt(thread, reader::interrupt, sent));
    }
  }
}
