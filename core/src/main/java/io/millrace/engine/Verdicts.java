package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.base.Suppressing;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.checkpoint.StoredOutcome;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.claim.Mark;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.claim.TicketQueue;
import io.millrace.engine.durable.Durability;
import io.millrace.engine.out.Sink;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.Waits;
import io.millrace.engine.watch.Watch;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Success;
import io.millrace.plan.ConcurrencyChange;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of an item: success, retry, failure. All workers of a run share one; their own state
 * comes along as the item at hand.
 *
 * <p>Deciding calls the user's functions, so it is a phase of the item like its attempt: it can be
 * interrupted by a timeout or the end of the run, and abandoned. What was decided is done when the claim
 * is sealed; then nothing of the user's is called any more. All methods return false if the worker was
 * abandoned, and has to forget the claim.
 */
final class Verdicts {
  private final Terms terms;
  private final Schedule schedule;
  private final Waits waits;
  private final Sink sink;
  private final Failures failures;
  private final Interrupter interrupter;
  private final @Nullable Durability durability;
  private final @Nullable Keeping keeping;
  private final @Nullable AttemptNews news;
  private final @Nullable Adaptation adaptation;
  private final @Nullable Watch watch;

  Verdicts(
      Terms terms,
      Schedule schedule,
      Waits waits,
      Sink sink,
      Failures failures,
      Interrupter interrupter,
      @Nullable Durability durability) {
    this.terms = terms;
    this.schedule = schedule;
    this.waits = waits;
    this.sink = sink;
    this.failures = failures;
    this.interrupter = interrupter;
    this.durability = durability;
    this.keeping = durability == null ? null : new Keeping(durability, terms.isTuned);
    this.news = AttemptNews.of(terms.config, schedule);
    this.adaptation = Adaptation.of(terms, schedule.control(), news);
    this.watch = terms.config.watch;
  }

  /** Tells of attempts; null if nobody listens. */
  @Nullable AttemptNews news() {
    return news;
  }

  /** Hears of attempts that succeed; null if the concurrency is as given. */
  @Nullable Adaptation adaptation() {
    return adaptation;
  }

  /**
   * Clears an interrupt flag that the user's functions have left set, so that nobody else sees it.
   * In the caller's thread the interrupt is the caller's, and is kept.
   */
  void tidyInterrupt(@Nullable Throwable error) {
    if (!terms.isInCaller) {
      Thread.interrupted();
    } else if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  // Items that were called

  /** Judges an attempt that returned or threw. */
  boolean judge(ItemAtHand at, long startNanos, @Nullable Object value, @Nullable Throwable error) {
    count(at, startNanos);
    watch(at, startNanos, error);
    if (at.isWithdrawn()) {
      var _ = hasEnded(at, startNanos, null);
      return cutOff(at);
    }
    Verdict verdict = null;
    Claim claim = at.claim();
    if (claim.nextPhase(at.worker.nowNanos, judgingNanos(at))) {
      verdict = decide(at, () -> judged(at, startNanos, value, error));
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

  private void watch(ItemAtHand at, long startNanos, @Nullable Throwable error) {
    long took = at.worker.nowNanos - startNanos;
    if (at.worker.stripe != null && error == null) {
      at.worker.stripe.count(took);
    } else if (watch != null) {
      watch.threw(took);
    }
  }

  private Verdict judged(
      ItemAtHand at, long startNanos, @Nullable Object value, @Nullable Throwable error) {
    if (news != null && !at.isEndTold) {
      at.isEndTold = true;
      news.ended(at, error, at.ticketed().lastEndNanos - startNanos);
    }
    return verdict(at, value, error);
  }

  /* For a concurrency that finds itself: once an attempt, when it is certain what came of it. True if it is to be adapted. */
  private boolean hasEnded(ItemAtHand at, long startNanos, @Nullable Verdict verdict) {
    boolean hasSucceeded = verdict instanceof Verdict.Succeed && at.hasSucceeded();
    return adaptation != null
        && adaptation.ended(startNanos, at.ticketed().lastEndNanos, hasSucceeded);
  }

  /* Tells of a move in a phase that only the end of the run interrupts: a listener's time is that of no item. */
  private boolean adapt(ItemAtHand at) {
    Adaptation moving = Objects.requireNonNull(adaptation, "adaptation");
    boolean begun = at.claim().unseal(at.worker.nowNanos, Long.MAX_VALUE);
    interrupter.joinEnd(at.claim());
    ConcurrencyChange told = moving.tell(at.ticketed().lastEndNanos);
    tidyInterrupt(null);
    at.worker.readClock();
    moving.apply(told, at.worker.nowNanos);
    return begun && sealAgain(at.claim());
  }

  /* Once an attempt: what comes of a timeout that cuts its judging short was not the answer. */
  private void answered(ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    if (!at.isAnswerTold) {
      at.isAnswerTold = true;
      waits.answered(at.demand, value, error);
    }
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
    Verdict verdict = decided;
    if (verdict == null && error == null) {
      if (!at.claim().unseal(at.worker.nowNanos, judgingNanos(at))) {
        return false;
      }
      verdict = decide(at, () -> judged(at, startNanos, value, null));
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
    return settleNotRun(at);
  }

  /* A timeout stands, whatever came of the attempt. What judges it has its own time, once. */
  private boolean judgeTimeout(
      ItemAtHand at, Interruption which, long startNanos, TimeoutException timeout) {
    Claim claim = at.claim();
    if (!claim.unseal(at.worker.nowNanos, judgingNanos(at))) {
      return false;
    }
    var _ = hasEnded(at, startNanos, null);
    boolean isLast = which == Interruption.ITEM_TIMEOUT;
    Verdict verdict =
        decide(at, () -> isLast ? lastFailure(at, timeout) : judged(at, startNanos, null, timeout));
    if (claim.seal()) {
      return carryOut(at, verdict);
    }
    Interruption why = claim.sealInterrupted();
    if (why == null) {
      return false;
    }
    if (why == Interruption.RUN_ENDED) {
      return settleNotRun(at);
    }
    EarlierErrors.attach(at.ticketed().errors, timeout);
    if (keeping != null) {
      keeping.keep(at, timeout); // in place of what was decided too late
    }
    return carryOut(at, new Verdict.Fail(timeout));
  }

  /** Notes the attempt that just ended, and frees what it held. */
  private void count(ItemAtHand at, long startNanos) {
    Ticket ticket = at.ticketed();
    if (ticket.attempts++ == 0) {
      ticket.firstStartNanos = startNanos;
    }
    ticket.lastEndNanos = at.worker.nowNanos;
    waits.free(ticket);
  }

  // Items that are not called, or not any more

  /** Fails an item without a further attempt. */
  boolean fail(ItemAtHand at, Throwable error) {
    waits.giveBack(at);
    if (at.claim().nextPhase(at.worker.nowNanos, judgingNanos(at))) {
      return conclude(at, error);
    }
    return sealAgain(at.claim()) && settleNotRunOr(at, error);
  }

  /** Fails an item whose worker was abandoned, with the report of that. */
  boolean condemn(ItemAtHand at, Throwable report) {
    return fail(at, report);
  }

  /* In a phase of its own: a failure, unless the policy has something else for it. */
  private boolean conclude(ItemAtHand at, Throwable error) {
    boolean hasCalled = error instanceof AbandonedException;
    Verdict verdict = decide(at, () -> hasCalled ? lastFailure(at, error) : failing(at, error));
    return sealAgain(at.claim()) && carryOut(at, verdict);
  }

  private boolean settleNotRunOr(ItemAtHand at, Throwable error) {
    if (schedule.hasEnded() && at.attempts() == 0) {
      return settleNotRun(at);
    }
    return at.claim().unseal(at.worker.nowNanos, judgingNanos(at)) && conclude(at, error);
  }

  /** The run's end kept the item from its result, or nobody wants that any more. */
  boolean cutOff(ItemAtHand at) {
    waits.giveBack(at);
    return sealAgain(at.claim()) && settleNotRun(at);
  }

  /** What came of the item is durable. */
  boolean deliver(ItemAtHand at, Mark mark) {
    return sealAgain(at.claim()) && settleNow(at, Objects.requireNonNull(mark.outcome, "outcome"));
  }

  /** Settles an item with what its checkpoint has; the codec is called in a phase that the run's end interrupts. */
  boolean restore(ItemAtHand at, StoredOutcome found) {
    Keeping kept = Objects.requireNonNull(keeping, "keeping");
    if (!at.claim().nextPhase(at.worker.nowNanos, Long.MAX_VALUE)) {
      return cutOff(at);
    }
    Verdict verdict = decide(at, () -> restored(at, found, kept));
    return sealAgain(at.claim()) && carryOut(at, verdict);
  }

  /** The checkpoint cannot be used for this item: the run ends. */
  boolean breakOff(ItemAtHand at, CheckpointException unusable) {
    return sealAgain(at.claim()) && carryOut(at, new Verdict.Break(unusable));
  }

  /** Moves the claim on from an item that has to wait, and comes back by its ticket. */
  boolean leave(ItemAtHand at, TicketQueue obstacle) {
    Ticket ticket = at.ticketed();
    if (!sealAgain(at.claim()) || !leaveWaiting(at)) {
      return false;
    }
    waits.await(ticket, obstacle);
    return true;
  }

  /* An interrupt that was meant for what is over by now is void. False if the worker was abandoned. */
  private static boolean sealAgain(Claim claim) {
    return claim.seal() || claim.sealInterrupted() != null;
  }

  // Deciding: the user's functions

  private long judgingNanos(ItemAtHand at) {
    return at.budgets().judgingNanos(at.ticket, at.worker.nowNanos);
  }

  private Verdict decide(ItemAtHand at, Supplier<Verdict> deciding) {
    Verdict verdict;
    try {
      interrupter.joinEnd(at.claim());
      if (at.claim().budgetNanos != Long.MAX_VALUE) {
        interrupter.watch(at.claim());
      }
      verdict = deciding.get();
    } catch (Throwable broken) {
      verdict = new Verdict.Fail(broken);
    }
    if (keeping != null) {
      verdict = keeping.keepable(at, verdict);
    }
    Throwable failure = verdict.failure();
    if (watch != null && failure != null) {
      at.told = watch.tell(failure, at.itemOfUser(), at.details());
    }
    tidyInterrupt(null);
    at.worker.readClock();
    return verdict;
  }

  private Verdict restored(ItemAtHand at, StoredOutcome found, Keeping kept) {
    Verdict verdict = kept.restored(at, found);
    return verdict instanceof Verdict.Fail(var error) ? failing(at, error) : verdict;
  }

  private Verdict verdict(ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    Retry retry = at.retry();
    Ticket ticket = at.ticketed();
    Throwable failure = error;
    answered(at, value, error);
    boolean isFatal = error != null && retry.isFatal(at.itemOfUser(), error);
    try {
      if (failure == null) {
        if (terms.spending != null) {
          terms.spending.settle(at.cost, at.itemOfUser(), value);
        }
        isFatal = retry.isFatalResult(at.itemOfUser(), value);
        if (!isFatal && !retry.rejects(at.itemOfUser(), value)) {
          waits.settle(at.demand, at.item(), value);
          return new Verdict.Succeed(value);
        }
        failure = new RejectedResultException(value, ticket.attempts);
      }
    } catch (Throwable broken) {
      return failing(at, broken);
    }
    // Others share the limiter, whatever becomes of this run.
    Optional<Duration> serverWait = retry.serverWait(value, error, terms.clock.now());
    if (serverWait.isPresent()) {
      pause(at, serverWait.get(), failure);
    }
    if (isFatal) {
      EarlierErrors.attach(ticket.errors, failure);
      return new Verdict.EndRun(failure);
    }
    boolean repeats = error == null || retry.repeats(at.itemOfUser(), error);
    if (!repeats || ticket.attempts >= retry.attempts()) {
      return failing(at, failure);
    }
    long wanted = retry.delayNanos(ticket.attempts, serverWait, ThreadLocalRandom.current());
    long delay = Math.min(wanted, Require.nanos(Require.LONGEST));
    if (at.budgets().nanos(ticket, at.worker.nowNanos + delay) <= 0) {
      return failing(at, at.budgets().tooLate(ticket.attempts, failure));
    }
    if (!retry.mayRepeat(value, error, serverWait, at.worker.nowNanos)) {
      EarlierErrors.refused(failure, retry.budget());
      return failing(at, failure);
    }
    if (news != null) {
      news.retrying(at, failure, delay);
    }
    return new Verdict.Repeat(failure, delay);
  }

  private Verdict lastFailure(ItemAtHand at, Throwable error) {
    answered(at, null, error);
    return failing(at, error);
  }

  private void pause(ItemAtHand at, Duration wait, Throwable error) {
    try {
      waits.pause(at.item(), wait);
      if (watch != null) {
        long nanos = Require.nanos(wait);
        String origin =
            watch.paused(at.itemOfUser(), error, terms.clock, at.worker.nowNanos, nanos);
        if (news != null) {
          news.paused(origin, wait);
        }
      }
    } catch (Throwable brokenKey) {
      Suppressing.add(error, brokenKey);
    }
  }

  /* After the end of the run nothing more is called. */
  private Verdict failing(ItemAtHand at, Throwable error) {
    if (at.ticket != null) {
      EarlierErrors.attach(at.ticket.errors, error);
    }
    Supplier<@Nullable Object> fallback = failures.fallbackFor(error);
    if (fallback == null || schedule.isCut()) {
      return new Verdict.Fail(error);
    }
    try {
      return new Verdict.Substitute(fallback.get(), error);
    } catch (Throwable broken) {
      return new Verdict.Fail(broken);
    }
  }

  // Carrying out: the claim is sealed

  private boolean carryOut(ItemAtHand at, Verdict verdict) {
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
    waits.retryLater(ticket, repeat.error(), repeat.delayNanos());
    if (watch != null) {
      watch.retries();
    }
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

  private boolean settleNotRun(ItemAtHand at) {
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
    if (durability == null || mark == null || mark.toStore == null) {
      return settleNow(at, outcome);
    }
    Ticket ticket = at.ticketed();
    mark.outcome = outcome;
    ticket.condemned = null; // that is its outcome now
    if (!leaveWaiting(at)) {
      return false;
    }
    durability.store(ticket);
    return true;
  }

  private boolean settleNow(ItemAtHand at, Outcome<?, ?> outcome) {
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
