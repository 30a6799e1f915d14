package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.out.Sink;
import io.millrace.outcome.RunStatus;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Takes abandoned workers out of a run, and back in when they return. Meanwhile the rest of what they had goes to
 * others, and their slots stay taken. Each method takes the run's lock. Readers of the source are taken out by
 * {@link Reading#abandonReader}.
 */
final class Absences {
  private final Schedule schedule;
  private final Sink sink;
  private final Window window;
  private final Intake intake;
  private final Backlog backlog;
  private final Crew crew;

  Absences(Schedule schedule, Sink sink, Window window, Intake intake, Backlog backlog, Crew crew) {
    this.schedule = schedule;
    this.sink = sink;
    this.window = window;
    this.intake = intake;
    this.backlog = backlog;
    this.crew = crew;
  }

  /**
   * Abandons a worker if it is still busy with what it was seen with: its slot stays taken until it is back,
   * its other items go to others.
   *
   * @param noting notes the failure, before it is settled; answers whether that ends the run
   */
  boolean abandon(Abandonment.Abandoned known, Supplier<Abandonment.@Nullable Ending> noting) {
    Claim claim = known.claim();
    schedule.lock();
    try {
      if (known.worker().claim != claim || !claim.abandon(known.seen())) {
        return false;
      }
      crew.abandon(known.worker(), known.keepsCarrier()); // first, as it comes back in any case
      Abandonment.Ending ending = noting.get();
      known.worker().claim = null;
      backlog.giveBack(claim);
      schedule.giveBack(claim, claim.settled());
      sink.givenBack(claim);
      schedule.tellNews();
      settle(known, claim);
      schedule.countGroup();
      Claim rest = claim.afterAbandoned();
      if (rest != null) {
        backlog.addReturned(rest);
      }
      schedule.control().abandoned(claim);
      if (known.keepsCarrier()) {
        crew.forgetArriving(); // they may never get a carrier
      }
      if (ending != null && ending.error() != null) {
        schedule.endLocked(ending.status(), ending.error());
      } else if (ending != null) {
        schedule.drainLocked(ending.status());
      }
      return true;
    } catch (Throwable broken) { // there is no memory for its outcome
      schedule.breakDown(broken);
      throw broken;
    } finally {
      schedule.release();
    }
  }

  private void settle(Abandonment.Abandoned known, Claim claim) {
    Claim settled = known.settled();
    Ticket ticket = known.ticket();
    if (settled != null) {
      window.settledForAbandoned(claim);
      sink.settledForAbandoned(settled);
      if (sink.tellsAbandoned()) {
        schedule.tells();
      }
    } else if (ticket != null) {
      window.condemned(claim);
      backlog.addReady(ticket);
    }
  }

  /**
   * After the end: a worker that has nothing to call any more, but no thread to say so with, is forgotten. In a drain,
   * one that is about to end the run is left: without it the error would be lost.
   */
  void forget(Worker worker, @Nullable Claim claim, long seen) {
    schedule.lock();
    try {
      forgetLocked(worker, claim, seen);
    } catch (Throwable broken) {
      schedule.breakDown(broken);
    } finally {
      schedule.release();
    }
  }

  private void forgetLocked(Worker worker, @Nullable Claim claim, long seen) {
    boolean idle =
        (claim == null || Claim.isThrough(seen)) && !(schedule.isDraining() && worker.endsRun());
    if (schedule.hasEnded()
        && crew.has(worker)
        && !worker.isAbandoned
        && worker.claim == claim
        && idle) {
      schedule.dispatch().giveBack(worker);
      schedule.tellNews();
      if (!schedule.reading().forgetAhead(worker) && !intake.isReader(worker)) {
        crew.forget(worker);
      }
    }
  }

  /**
   * Carriers of virtual threads are lost: workers that have nothing at hand may never get one, so the run goes
   * on without them. Whoever has a carrier all the same leaves when it comes for work. One that is about to
   * end the run is left: without it the run would end as complete.
   */
  void forgetIdle() {
    if (schedule.hasEnded()) {
      return; // there is nothing to go on with
    }
    crew.roster().forEach(this::forgetIfIdle);
    replaceArriving();
  }

  private void forgetIfIdle(Worker worker) {
    Claim known = worker.claim;
    if (known != null && !Claim.isThrough(known.observe())) {
      return; // as most are, and they may be many: no turn at the lock
    }
    schedule.lock();
    try {
      forgetIfIdleLocked(worker);
    } catch (Throwable broken) {
      schedule.breakDown(broken);
    } finally {
      schedule.unlock(); // all others are started at the end, at once
    }
  }

  private void forgetIfIdleLocked(Worker worker) {
    Claim claim = worker.claim;
    boolean idle = claim == null || Claim.isThrough(claim.observe());
    boolean reads = intake.isReader(worker) || schedule.reading().isAhead(worker);
    boolean isLeft = reads || worker.endsRun();
    if (idle && !isLeft && !schedule.hasEnded() && crew.has(worker) && !worker.isAbandoned) {
      schedule.dispatch().giveBack(worker);
      schedule.tellNews();
      crew.forget(worker);
    }
  }

  /** A worker that was abandoned is back. */
  void rejoin(Worker worker) {
    schedule.lock();
    try {
      crew.rejoin(worker);
      schedule.control().absencesChanged();
      schedule.stalledNoMore();
    } finally {
      schedule.release();
    }
  }

  /** Workers that were started may have no thread: others are started in their place. */
  void replaceArriving() {
    schedule.lock();
    crew.forgetArriving();
    schedule.release();
  }

  /** A worker fails by a defect of the engine, or for want of memory: the run ends rather than hang. */
  void broke(Worker worker, Throwable broken) {
    schedule.lock();
    try {
      if (intake.isReader(worker)) {
        crew.leave(worker);
      } else if (crew.has(worker)) {
        crew.leaveWithSlot(worker);
      }
    } finally {
      schedule.breakDown(broken);
      schedule.release();
    }
  }

  /** The thread of a worker has failed. If that was before it came for work, it would be waited for. */
  void died(Worker worker, Throwable broken) {
    schedule.lock();
    try {
      if (!worker.hasArrived) {
        schedule.breakDown(broken);
        crew.notStarted(worker.generation);
      }
    } finally {
      schedule.release();
    }
  }

  /** A worker could not be started. */
  void notStarted(int generation, Throwable broken) {
    schedule.lock();
    try {
      schedule.endLocked(RunStatus.ABORTED, broken);
      crew.notStarted(generation);
    } finally {
      schedule.release();
    }
  }
}
