package io.millrace.engine;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Waits;
import io.millrace.engine.watch.Watch;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Carries out what was decided: settles the item, or makes it wait for its retry, an obstacle or the checkpoint. The
 * claim is sealed. No code of the user is called, except by a sink that hands the outcome to its item. All methods
 * return false if the worker was abandoned, and has to forget the claim.
 */
final class Settling {
  private final Schedule schedule;
  private final Waits waits;
  private final Sink sink;
  private final Failures failures;
  private final @Nullable RunCheckpoint checkpoint;
  private final @Nullable Watch watch;

  Settling(
      Schedule schedule,
      Waits waits,
      Sink sink,
      Failures failures,
      @Nullable RunCheckpoint checkpoint,
      @Nullable Watch watch) {
    this.schedule = schedule;
    this.waits = waits;
    this.sink = sink;
    this.failures = failures;
    this.checkpoint = checkpoint;
    this.watch = watch;
  }

  /** Carries out a verdict. */
  boolean carryOut(ItemAtHand at, Verdict verdict) {
    return switch (verdict) {
      case Verdict.Succeed(var value) -> settleSuccess(at, value);
      case Verdict.Substitute(var value, _) -> settleSuccess(at, value);
      case Verdict.Break(var error) -> {
        schedule.waiting().breakOff(error);
        yield settleNotRun(at);
      }
      case Verdict.EndRun(var error) -> {
        schedule.drain(RunStatus.FATAL_ERROR); // before it is settled: the run cannot be over
        yield settleFailure(at, error, failures::noteFatal);
      }
      case Verdict.Repeat repeat -> repeat(at, repeat);
      case Verdict.Fail(var error) -> settleFailure(at, error, failures::note);
    };
  }

  private boolean repeat(ItemAtHand at, Verdict.Repeat repeat) {
    Ticket ticket = at.ticketed();
    Tuned own = at.own();
    ticket.errors = EarlierErrors.with(ticket.errors, repeat.error());
    ticket.dueNanos = at.worker.nowNanos + repeat.delayNanos();
    if (!leaveWaiting(at)) {
      return false;
    }
    if (watch != null) {
      // before it can be done again, so that nobody sees an outcome without its retries
      watch.retries();
    }
    waits.retryLater(ticket, repeat.error(), repeat.delayNanos());
    if (own != null && own.isWithdrawn()) {
      waits.withdraw(own); // whoever withdrew it may have come too early to find it
    }
    return true;
  }

  private boolean settleSuccess(ItemAtHand at, @Nullable Object value) {
    var success = new Success<@Nullable Object, @Nullable Object>(at.item(), value, at.details());
    if (failures.note(success)) {
      drain();
    }
    return settle(at, success);
  }

  /* The failure policy ends the run; what runs is paid for, and finishes. Nothing starts while the item is told. */
  private void drain() {
    schedule.drain(RunStatus.ABORTED);
  }

  /* Noted before it is settled: whoever sees the outcome may ask which failure was the first. */
  private boolean settleFailure(ItemAtHand at, Throwable error, Predicate<Failure<?, ?>> noting) {
    var failure = new Failure<@Nullable Object, @Nullable Object>(at.item(), error, at.details());
    boolean ends = noting.test(failure);
    Throwable ending = failures.endingError(failure);
    if (ends && ending == null) {
      drain();
    } else if (ends) {
      at.worker.aboutToEndRun();
    }
    boolean settled = settle(at, failure);
    if (watch != null && settled) {
      watch.failed(at.told, error, failure.index());
    }
    if (ends && ending != null) {
      schedule.end(RunStatus.ABORTED, ending, false);
    }
    failures.suppress(schedule.error(), error);
    return settled;
  }

  /** Settles an item that was not called, or whose call was cut short. */
  boolean settleNotRun(ItemAtHand at) {
    boolean settled =
        settleNow(
            at,
            new NotRun<@Nullable Object, @Nullable Object>(
                at.item(), schedule.status(), at.details()));
    if (watch != null && settled) {
      watch.notRun();
    }
    return settled;
  }

  /* What has to be stored is settled when that is durable: until then the item waits, without a worker. */
  private boolean settle(ItemAtHand at, Outcome<?, ?> outcome) {
    Mark mark = at.ticket == null ? null : at.ticket.mark;
    if (checkpoint == null || mark == null || mark.toStore == null) {
      return settleNow(at, outcome);
    }
    Ticket ticket = at.ticketed();
    mark.outcome = outcome;
    ticket.condemned = null; // that is its outcome now
    if (!leaveWaiting(at)) {
      return false;
    }
    checkpoint.store(ticket);
    return true;
  }

  /** Settles an item with what need not be stored, or is. */
  boolean settleNow(ItemAtHand at, Outcome<?, ?> outcome) {
    Claim claim = at.claim();
    if (outcome instanceof Failure) {
      claim.countFailure();
    }
    if (!claim.finishSealed(outcome, at.worker.nowNanos)) {
      return false;
    }
    if (watch != null && outcome.details().restored() && !(outcome instanceof NotRun)) {
      watch.restored();
    }
    sink.settled(claim);
    return true;
  }

  /** Moves the claim on from an item that has to wait, and comes back by its ticket. */
  boolean leave(ItemAtHand at, Ticket ticket, TicketQueue obstacle) {
    if (!leaveWaiting(at)) {
      return false;
    }
    waits.await(ticket, obstacle);
    return true;
  }

  private boolean leaveWaiting(ItemAtHand at) {
    Claim claim = at.claim();
    if (!claim.leaveWaiting(at.worker.nowNanos)) {
      return false;
    }
    if (!claim.isSingle()) {
      sink.settled(claim); // what was finished before may be all there is to hand over
    }
    return true;
  }
}
