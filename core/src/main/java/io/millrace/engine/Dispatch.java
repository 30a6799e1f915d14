package io.millrace.engine;

import io.millrace.base.ShortWait;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.out.Sink;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.terms.Terms;
import org.jspecify.annotations.Nullable;

/**
 * What happens when a worker comes for work: it gives back what it had, and is handed its next claim, as
 * {@link Admission} and {@link Precedence} say. "The lock" is the run's lock.
 */
final class Dispatch {
  private final Schedule schedule;
  private final Precedence precedence;
  private final Terms terms;
  private final Sink sink;
  private final Window window;
  private final Intake intake;
  private final Backlog backlog;
  private final Crew crew;

  /* Guarded by the run's lock: whether a worker looks out for the next task. */
  private boolean isLingering;

  Dispatch(
      Schedule schedule,
      Precedence precedence,
      Terms terms,
      Sink sink,
      Window window,
      Intake intake,
      Backlog backlog,
      Crew crew) {
    this.schedule = schedule;
    this.precedence = precedence;
    this.terms = terms;
    this.sink = sink;
    this.window = window;
    this.intake = intake;
    this.backlog = backlog;
    this.crew = crew;
  }

  /** The next claim for a worker; null if it has to leave. */
  @Nullable Claim next(Worker worker) {
    schedule.lock();
    try {
      if (!crew.has(worker) && !crew.arrive(worker)) {
        return null;
      }
      if (!comesBack(worker)) {
        return null; // forgotten meanwhile
      }
      Claim claim = null;
      while (claim == null) {
        claim = step(worker, precedence.admission(worker).next());
        if (!crew.has(worker)) {
          return null;
        }
      }
      handOut(claim, worker);
      return claim;
    } finally {
      schedule.release();
    }
  }

  /*
   * Gives back what a worker has. A claim can be interrupted at an item that its owner has not begun, and
   * leaves to others: no other item must get that. The worker can even be abandoned there.
   */
  private boolean comesBack(Worker worker) {
    if (worker.isAbandoned) {
      crew.rejoin(worker);
      schedule.control().absencesChanged();
      schedule.stalledNoMore();
      Thread.interrupted();
    }
    Claim left = worker.claim;
    if (left == null) {
      return true;
    }
    giveBack(worker);
    ShortWait wait = new ShortWait();
    while (left.isInterruptOnItsWay()) {
      schedule.unlock();
      wait.beforeNextLook();
      schedule.lock();
    }
    if (Claim.isInterrupted(left.observe())) {
      Thread.interrupted();
    }
    return crew.has(worker);
  }

  private @Nullable Claim step(Worker worker, Admission.Step step) {
    return switch (step) {
      case SETTLE -> Claim.of(backlog.takeCondemned());
      case RESUME -> precedence.resumed(worker);
      case TAKE_OVER -> precedence.takenOver();
      case STEAL -> precedence.stolen(worker);
      case HEDGE -> backlog.takeHedge();
      case READ -> schedule.reading().read(worker);
      case LEAVE -> {
        if (!lingers()
            && !(schedule.reading().isLeftAlone() && precedence.admission(worker).stealable())) {
          crew.leaveWithSlot(worker);
        }
        yield null;
      }
    };
  }

  /** Under the lock: a worker is through with its claim. */
  void giveBack(Worker worker) {
    Claim done = worker.claim;
    if (done != null) {
      worker.claim = null;
      backlog.giveBack(done);
      Claim rest = done.splitRest();
      if (rest != null) {
        backlog.addReturned(rest);
        schedule.tellNews(); // its owner has not told the consumer of what it finished
      }
      schedule.giveBack(done, done.settled());
      sink.givenBack(done);
    }
  }

  private void handOut(Claim claim, Worker worker) {
    claim.handOut(worker.nowNanos);
    if (terms.isTuned && claim.ticket == null) {
      claim.budgetNanos = terms.budgets(claim.item()).freshNanos(); // before a scan can see it
    }
    backlog.handOut(claim);
    worker.claim = claim;
    window.handedOut(claim);
  }

  /*
   * Where tasks come one by one, the next one often comes sooner than a thread could be started. One
   * worker at a time looks out for it, for a moment; true if it has come.
   */
  private boolean lingers() {
    if (isLingering || !terms.isTuned || !intake.isDry() || crew.isOverfull()) {
      return false;
    }
    isLingering = true;
    schedule.unlock();
    boolean come = Wakeup.spin(intake::hasTask);
    schedule.lock();
    isLingering = false;
    if (come) {
      intake.signal(); // whoever added it may wait for this lock, and for this worker's carrier
    }
    return come;
  }

  /** Under the lock: whether a worker that has nothing to do looks out for the next task, and need not be started. */
  boolean isLingering() {
    return isLingering;
  }
}
