package io.millrace.engine;

import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Condemnation;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.SecondCall;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.engine.durable.RunCheckpoint;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Waits;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.ShedException;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an item: success, retry, failure. All workers of a run share one; their own state
 * comes along as the item at hand.
 *
 * <p>Deciding, which is {@link Judging}, calls the user's functions, so it is a phase of the item like its attempt: it can
 * be interrupted by a timeout or the end of the run, and abandoned. What was decided is done, by {@link Settling}, when
 * the claim is sealed. All methods return false if the worker was abandoned, and has to forget the claim.
 */
final class Verdicts {
  private final Schedule schedule;
  private final Waits waits;
  private final Failures failures;
  private final Judging judging;
  private final Settling settling;
  private final @Nullable AttemptNews news;
  private final Telling telling;
  private final @Nullable Adaptation adaptation;
  private final @Nullable Hedging hedging;

  Verdicts(
      Terms terms,
      Schedule schedule,
      Waits waits,
      Sink sink,
      Failures failures,
      Interrupter interrupter,
      @Nullable RunCheckpoint checkpoint) {
    this.schedule = schedule;
    this.waits = waits;
    this.failures = failures;
    this.hedging = Hedging.of(terms, schedule, interrupter);
    this.news = AttemptNews.of(terms.config, schedule);
    this.adaptation = Adaptation.of(terms, schedule.control(), news);
    Keeping keeping = checkpoint == null ? null : new Keeping(checkpoint, terms.isTuned);
    this.judging = new Judging(terms, schedule, waits, failures, interrupter, keeping);
    this.telling = new Telling(terms, interrupter, judging, news);
    this.settling = new Settling(schedule, waits, sink, failures, checkpoint, terms.config.watch);
  }

  /** Decides; only within a phase of the item. */
  Judging judging() {
    return judging;
  }

  /** Tells of attempts; null if nobody listens. */
  @Nullable AttemptNews news() {
    return news;
  }

  /** Hears of attempts that succeed; null if the concurrency is as given. */
  @Nullable Adaptation adaptation() {
    return adaptation;
  }

  /** Offers to call items a second time; null if nobody wants that. */
  @Nullable Hedging hedging() {
    return hedging;
  }

  void stopHedging() {
    if (hedging != null) {
      hedging.stop();
    }
  }

  // Items that were called

  /** Judges an attempt that returned or threw. */
  boolean judge(ItemAtHand at, long startNanos, @Nullable Object value, @Nullable Throwable error) {
    count(at, startNanos);
    Claim claim = at.claim();
    long budget = judging.budgetNanos(at);
    if (telling.hearsEnds() && claim.nextPhase(at.worker.nowNanos, Long.MAX_VALUE)) {
      telling.end(at, startNanos, error);
    }
    if (at.isWithdrawn()) {
      var _ = hasEnded(at, startNanos, null);
      return sealAgain(claim) && telling.ended(at, startNanos, error) && settling.settleNotRun(at);
    }
    Verdict verdict = null;
    if (claim.nextPhase(at.worker.nowNanos, budget)) {
      telling.end(at, startNanos, error);
      verdict = judging.ofAttempt(at, value, error);
      if (claim.seal()) {
        return !(hasEnded(at, startNanos, verdict) && !adapt(at)) && carryOut(at, verdict);
      }
    }
    Interruption why = claim.sealInterrupted();
    if (why == null) {
      return false;
    }
    return why == Interruption.RUN_ENDED
        ? judgeEnded(at, verdict, startNanos, value, error)
        : judgeTimeout(at, why, startNanos, timeout(at, why, error));
  }

  private boolean carryOut(ItemAtHand at, Verdict verdict) {
    return telling.decided(at, verdict) && settling.carryOut(at, verdict);
  }

  /* For an adaptive concurrency: once an attempt, when it is certain what came of it. True if it is to be adapted. */
  private boolean hasEnded(ItemAtHand at, long startNanos, @Nullable Verdict verdict) {
    boolean hasSucceeded = verdict instanceof Verdict.Succeed && at.hasSucceeded();
    if (hedging != null && hasSucceeded) {
      long end = at.ticketed().lastEndNanos;
      hedging.succeeded(end - startNanos, end);
    }
    return adaptation != null
        && adaptation.ended(startNanos, at.ticketed().lastEndNanos, hasSucceeded);
  }

  /* Tells of a move in a phase that only the end of the run interrupts: a listener's time is that of no item. */
  private boolean adapt(ItemAtHand at) {
    boolean begun = at.claim().unseal(at.worker.nowNanos, Long.MAX_VALUE);
    judging.move(at, Objects.requireNonNull(adaptation, "adaptation"));
    return begun && sealAgain(at.claim());
  }

  private static TimeoutException timeout(
      ItemAtHand at, Interruption why, @Nullable Throwable error) {
    Throwable cause =
        why == Interruption.ITEM_TIMEOUT ? EarlierErrors.last(at.ticketed().errors) : null;
    TimeoutException timeout = at.budgets().error(why, at.calls, cause);
    if (error != null && !(error instanceof InterruptedException)) {
      timeout.addSuppressed(error);
    }
    return timeout;
  }

  /* A result counts even if the run has ended. */
  private boolean judgeEnded(
      ItemAtHand at,
      @Nullable Verdict decided,
      long startNanos,
      @Nullable Object value,
      @Nullable Throwable error) {
    if (!telling.ended(at, startNanos, error)) {
      return false;
    }
    Verdict verdict = decided;
    if (verdict == null && error == null) {
      if (!at.claim().unseal(at.worker.nowNanos, judging.budgetNanos(at))) {
        return false;
      }
      verdict = judging.ofAttempt(at, value, null);
      if (!sealAgain(at.claim())) {
        return false;
      }
    }
    if (verdict instanceof Verdict.Succeed || verdict instanceof Verdict.Break) {
      return carryOut(at, verdict);
    }
    if (error != null && !(error instanceof InterruptedException)) {
      failures.suppress(schedule.error(), error);
    }
    return telling.dropped(at) && settling.settleNotRun(at);
  }

  /* A timeout stands, whatever came of the attempt. What judges it has its own time, once. */
  private boolean judgeTimeout(
      ItemAtHand at, Interruption which, long startNanos, TimeoutException timeout) {
    Claim claim = at.claim();
    long budget = judging.budgetNanos(at);
    if (!telling.ended(at, startNanos, timeout) || !claim.unseal(at.worker.nowNanos, budget)) {
      return false;
    }
    var _ = hasEnded(at, startNanos, null);
    boolean isLast = which == Interruption.ITEM_TIMEOUT;
    Verdict verdict =
        isLast ? judging.ofLastCall(at, timeout) : judging.ofAttempt(at, null, timeout);
    if (claim.seal()) {
      return carryOut(at, verdict);
    }
    Interruption why = claim.sealInterrupted();
    if (why == null) {
      return false;
    }
    return why == Interruption.RUN_ENDED
        ? telling.dropped(at) && settling.settleNotRun(at)
        : carryOut(at, judging.tooLate(at, timeout));
  }

  /** Notes the attempt that just ended, and frees what it held. */
  private void count(ItemAtHand at, long startNanos) {
    Ticket ticket = at.ticketed();
    if (ticket.attempts++ == 0) {
      ticket.firstStartNanos = startNanos;
    }
    ticket.lastEndNanos = at.worker.nowNanos;
    ticket.isHeldBack = false;
    waits.free(ticket);
  }

  /** Settles an item whose attempt was abandoned, because its hedge has the answer. A result counts even if the run has ended. */
  boolean adopt(ItemAtHand at, SecondCall answer, Condemnation why) {
    Claim claim = at.claim();
    boolean begun =
        claim.nextPhase(at.worker.nowNanos, Long.MAX_VALUE)
            || (claim.sealInterrupted() != null
                && claim.unseal(at.worker.nowNanos, Long.MAX_VALUE));
    if (!begun) {
      return false;
    }
    Ticket ticket = at.ticketed();
    ticket.answer = null; // whoever abandons this worker from here on finds nothing to hand on
    ticket.condemned = null;
    telling.end(at, ticket.lastEndNanos - why.tookNanos(), null);
    if (!sealAgain(claim) || !claim.unseal(at.worker.nowNanos, judging.budgetNanos(at))) {
      return false;
    }
    Verdict verdict = judging.ofAnswer(at, answer.value(), why.error());
    return sealAgain(claim) && carryOut(at, verdict);
  }

  /** Tells of a pause that the server of a hedge has asked for. The hedge is sealed. */
  boolean dropped(ItemAtHand at) {
    return telling.dropped(at);
  }

  // Items that are not called, or not any more

  /** Fails an item without a further attempt. */
  boolean fail(ItemAtHand at, Throwable error) {
    waits.giveBack(at);
    if (error instanceof ShedException && at.ticket != null) {
      EarlierErrors.attachAll(at.ticket.errors, error);
    }
    if (at.claim().nextPhase(at.worker.nowNanos, judging.budgetNanos(at))) {
      return conclude(at, error);
    }
    return sealAgain(at.claim()) && settleNotRunOr(at, error);
  }

  /** Fails an item that nobody has to call: its worker was abandoned, or its wait was too long. */
  boolean condemn(ItemAtHand at, Condemnation why) {
    if (why.endsCall()
        && telling.hearsEnds()
        && at.claim().nextPhase(at.worker.nowNanos, Long.MAX_VALUE)) {
      telling.abandoned(at, why);
    }
    return fail(at, why.error());
  }

  /* In a phase of its own: fails the item, unless the fallback has a value for it. */
  private boolean conclude(ItemAtHand at, Throwable error) {
    boolean hasCalled = error instanceof AbandonedException;
    Verdict verdict = hasCalled ? judging.ofLastCall(at, error) : judging.ofFailure(at, error);
    return sealAgain(at.claim()) && carryOut(at, verdict);
  }

  private boolean settleNotRunOr(ItemAtHand at, Throwable error) {
    if (schedule.hasEnded() && at.attempts() == 0) {
      return settling.settleNotRun(at);
    }
    return at.claim().unseal(at.worker.nowNanos, judging.budgetNanos(at)) && conclude(at, error);
  }

  /** The run's end kept the item from its result, or nobody wants that any more. */
  boolean cutOff(ItemAtHand at) {
    waits.giveBack(at);
    return sealAgain(at.claim()) && settling.settleNotRun(at);
  }

  /** What came of the item is durable. */
  boolean deliver(ItemAtHand at, Mark mark) {
    return sealAgain(at.claim())
        && settling.settleNow(at, Objects.requireNonNull(mark.outcome, "outcome"));
  }

  /** Settles an item with what its checkpoint has; the codec is called in a phase that the run's end interrupts. */
  boolean restore(ItemAtHand at, StoredOutcome found) {
    if (!at.claim().nextPhase(at.worker.nowNanos, Long.MAX_VALUE)) {
      return cutOff(at);
    }
    Verdict verdict = judging.ofStored(at, found);
    return sealAgain(at.claim()) && carryOut(at, verdict);
  }

  /** The checkpoint cannot be used for this item: the run ends. */
  boolean breakOff(ItemAtHand at, CheckpointException unusable) {
    return sealAgain(at.claim()) && settling.carryOut(at, new Verdict.Break(unusable));
  }

  /** Moves the claim on from an item that has to wait, and comes back by its ticket. */
  boolean leave(ItemAtHand at, TicketQueue obstacle) {
    Ticket ticket = at.ticketed();
    return sealAgain(at.claim()) && settling.leave(at, ticket, obstacle);
  }

  /* An interrupt that was meant for what is over by now is void. False if the worker was abandoned. */
  private static boolean sealAgain(Claim claim) {
    return claim.seal() || claim.sealInterrupted() != null;
  }
}
