package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Condemnation;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.SecondCall;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Waits;
import io.millrace.engine.watch.Watch;
import io.millrace.limit.spi.Demand;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.RunStatus;
import org.jspecify.annotations.Nullable;

/**
 * Reports the items of workers that do not react to their interrupt: such an item fails, with where its
 * thread was. {@link Absences} then takes the worker out of the run.
 */
final class Abandonment {
  private final Terms terms;
  private final Schedule schedule;
  private final Waits waits;
  private final Failures failures;
  private final Sink sink;
  private final @Nullable Watch watch;

  Abandonment(Terms terms, Schedule schedule, Waits waits, Failures failures, Sink sink) {
    this.terms = terms;
    this.schedule = schedule;
    this.waits = waits;
    this.failures = failures;
    this.sink = sink;
    this.watch = terms.config.watch;
  }

  /**
   * Abandons a worker that is still busy with what was seen; it has nothing to do with its item any more.
   *
   * <p>What is reported is made before the worker is abandoned: abandoning it, settling its item and taking its
   * slot have to be one step, or a worker that comes back just then is counted twice. The facts are read
   * before that step as well, and are right if it finds the claim unchanged.
   *
   * @param answer what has answered in place of its call; null if nothing has
   * @return whether a carrier of virtual threads may be lost with the worker
   */
  boolean abandon(Worker worker, Claim claim, long seen, @Nullable SecondCall answer) {
    Ticket handed = claim.ticket;
    if (handed != null && (handed.hedge != null || handed.answer != null)) {
      return abandonHelper(worker, claim, seen, handed);
    }
    long index = claim.index(seen);
    ItemAtHand at = worker.atHand(index);
    Ticket ticket = at == null ? claim.ticket : at.ticket;
    Object key = at == null ? null : at.key;
    int calls = at != null ? at.calls : ticket == null ? 1 : ticket.attempts + 1;
    long start =
        at != null && at.calls > 0
            ? at.firstStartNanos
            : ticket == null || ticket.attempts == 0 ? claim.startNanos : ticket.firstStartNanos;
    AbandonedException report = report(worker, seen);
    if (ticket != null) {
      EarlierErrors.attach(ticket.errors, report);
    }
    long now = terms.clock.nanoTime();
    long elapsed = calls == 0 ? 0 : now - start;
    boolean inCall = answer != null || (at == null ? isInterrupted(seen) : at.isInCall(seen));
    long took = inCall ? now - claim.startNanos : Condemnation.NO_CALL;
    Demand demand = at == null || !inCall ? null : at.demand;
    Details details = new Details(index, key, calls, elapsed, false);
    var failure =
        new Failure<@Nullable Object, @Nullable Object>(claim.item(seen), report, details);
    Mark mark = ticket == null ? null : ticket.mark;
    boolean isTold = inCall && (hearsEnds() || waits.learnFromAnswers());
    boolean needsVerdict =
        answer != null
            || (!schedule.isCut()
                && (isTold || mark != null || failures.fallbackFor(report) != null));
    Ticket condemned = needsVerdict ? condemned(failure, elapsed, mark) : null;
    if (condemned != null) {
      condemned.answer = answer;
      condemned.condemned = new Condemnation(report, took);
      condemned.demand = demand;
    }
    Claim settled = needsVerdict ? null : Claim.settled(index, failure);
    boolean keepsCarrier = worker.keepsCarrier();
    Abandoned abandoned = new Abandoned(worker, claim, seen, keepsCarrier, settled, condemned);
    if (!schedule.absences().abandon(abandoned, () -> noteUnless(needsVerdict, failure))) {
      return false;
    }
    if (ticket != null) {
      waits.freeSlot(ticket); // or items of its key would wait for ever
    }
    if (watch != null) {
      Mishaps.survive(
          () -> tell(watch, inCall && answer == null, took, needsVerdict ? null : report, index));
      schedule.told();
    }
    if (!needsVerdict) {
      Mishaps.survive(() -> failures.suppress(schedule.error(), report));
      sink.abandoned(failure, schedule::told);
    }
    return keepsCarrier;
  }

  private static void tell(
      Watch watch, boolean hasThrown, long took, @Nullable Throwable failure, long index) {
    if (hasThrown) {
      watch.threw(took);
    }
    if (failure != null) {
      watch.failed(null, failure, index);
    }
  }

  private boolean hearsEnds() {
    return watch != null && watch.listener() != null;
  }

  /* The item is that of the first call, and only the slot is lost; or the worker was about to settle it with an answer, which
   * another one does then. */
  private boolean abandonHelper(Worker worker, Claim claim, long seen, Ticket handed) {
    boolean keepsCarrier = worker.keepsCarrier();
    Ticket rest = handed.answer == null ? null : handed;
    Abandoned abandoned = new Abandoned(worker, claim, seen, keepsCarrier, null, rest);
    if (!schedule.absences().abandon(abandoned, () -> null)) {
      return false;
    }
    waits.freeSlot(handed);
    return keepsCarrier;
  }

  /* Notes a failure before its item is settled. Returns how the run ends if this ends it. Nobody sees the run's end before its
   * monitor has heard of it. */
  private @Nullable Ending noteUnless(boolean needsVerdict, Failure<?, ?> failure) {
    if (watch != null) {
      schedule.tells();
    }
    return !needsVerdict && failures.note(failure)
        ? new Ending(RunStatus.ABORTED, failures.endingError(failure))
        : null;
  }

  /**
   * What is known of a worker that is to be abandoned.
   *
   * @param seen the word of the claim, which has to be the same still
   * @param settled the outcome of its item; null if the item has to be settled by its ticket
   */
  record Abandoned(
      Worker worker,
      Claim claim,
      long seen,
      boolean keepsCarrier,
      @Nullable Claim settled,
      @Nullable Ticket ticket) {}

  /** How a run ends: by a drain, unless with an error. */
  record Ending(RunStatus status, @Nullable Throwable error) {}

  private Ticket condemned(Failure<?, ?> failure, long elapsed, @Nullable Mark mark) {
    Ticket ticket = new Ticket(failure.index(), failure.item());
    ticket.key = failure.details().key();
    ticket.attempts = failure.attempts();
    ticket.firstStartNanos = terms.originNanos;
    ticket.lastEndNanos = terms.originNanos + elapsed;
    ticket.mark = mark == null ? null : mark.forAnotherThread();
    return ticket;
  }

  private AbandonedException report(Worker worker, long seen) {
    return new AbandonedException(
        "abandoned: "
            + what(isInterrupted(seen) ? Claim.interruption(seen) : Interruption.RUN_ENDED)
            + (Claim.isInterrupting(seen)
                ? ", and its thread does not let itself be interrupted"
                : ", and its action ignored the interrupt for " + Require.text(terms.config.grace)),
        stackOf(worker.runningThread()));
  }

  /* Or is about to be. */
  private static boolean isInterrupted(long seen) {
    return Claim.isInterrupted(seen) || Claim.isInterrupting(seen);
  }

  private static StackTraceElement[] stackOf(Thread thread) {
    try {
      return thread.getStackTrace();
    } catch (Throwable foreign) {
      // a subclass of Thread may throw anything here, and there may be no memory for a stack
      return new StackTraceElement[0];
    }
  }

  private static String what(Interruption why) {
    return switch (why) {
      case ATTEMPT_TIMEOUT -> "its attempt timed out";
      case ITEM_TIMEOUT -> "it timed out";
      case RUN_ENDED -> "the run ended";
      case HEDGED -> "the other call of its attempt was faster";
    };
  }
}
