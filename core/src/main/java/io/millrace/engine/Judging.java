package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.base.Suppressing;
import io.millrace.checkpoint.spi.StoredOutcome;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.ItemDeadline;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.wait.AskedPause;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.engine.wait.LostCall;
import io.millrace.engine.wait.Waits;
import io.millrace.outcome.RejectedResultException;
import io.millrace.plan.ConcurrencyChange;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of an item, by the user's functions: the predicates of retries, costs, readers of answers,
 * fallbacks, the checkpoint's codec. What they throw is the item's failure. The claim is in a phase of
 * its own meanwhile, which {@link Verdicts} begins and seals. {@link Telling} tells listeners what was decided.
 */
final class Judging {
  private final Terms terms;
  private final Schedule schedule;
  private final Waits waits;
  private final Failures failures;
  private final Interrupter interrupter;
  private final @Nullable Keeping keeping;

  Judging(
      Terms terms,
      Schedule schedule,
      Waits waits,
      Failures failures,
      Interrupter interrupter,
      @Nullable Keeping keeping) {
    this.terms = terms;
    this.schedule = schedule;
    this.waits = waits;
    this.failures = failures;
    this.interrupter = interrupter;
    this.keeping = keeping;
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

  /** How long deciding may take. */
  long budgetNanos(ItemAtHand at) {
    return at.budgets().judgingNanos(at.ticket, at.worker.nowNanos);
  }

  /** What comes of an attempt that returned or threw. */
  Verdict ofAttempt(ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    return decide(
        at,
        () -> {
          LostCall lost = at.lost;
          at.lost = null;
          if (lost != null) {
            ofLostCall(at, lost.value(), lost.error(), lost.isItsOwn());
            at.isAnswerTold = true; // the answer is that of the hedge, which has told of it
          }
          return judged(at, value, error);
        });
  }

  /**
   * What comes of the answer of a hedge, in place of a call that was abandoned. That one has failed, to limits that learn, and
   * keeps what it took; the hedge has settled its own.
   */
  Verdict ofAnswer(ItemAtHand at, @Nullable Object value, Throwable abandoned) {
    return decide(
        at,
        () -> {
          answered(at, null, abandoned);
          at.isSettled = true;
          return judged(at, value, null);
        });
  }

  /** Whether the answer of a hedge counts. Limits and budgets hear of it, as of that of any call; what the user's functions throw counts as no. */
  boolean ofHedge(ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    boolean counts = ofOtherCall(at, value, error);
    tidyInterrupt(null);
    return counts;
  }

  /**
   * Another call has the answer of the attempt, or nobody wants any; what the server has said to this one counts for limits all
   * the same, and what it has cost for budgets. See {@link LostCall}.
   */
  void ofLostCall(
      ItemAtHand at, @Nullable Object value, @Nullable Throwable error, boolean isItsOwn) {
    try {
      if (isItsOwn || error == null || askedWait(at, value, error).isPresent()) {
        var _ = ofOtherCall(at, value, error); // nobody hears of this one
      }
    } catch (Throwable broken) {
      // a clock, which ends the run when it is read the next time
    }
    at.isSettled = true;
  }

  /* What does not depend on whether a call decides over its item; whether it has an answer that could. */
  private boolean ofOtherCall(ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    Retry retry = at.retry();
    try {
      answered(at, value, error);
      if (error == null) {
        spent(at, value);
      }
      boolean isGood =
          error == null
              && !retry.isFatalResult(at.itemOfUser(), value)
              && !retry.rejects(at.itemOfUser(), value);
      if (isGood) {
        waits.settle(at.demand, at.item(), value);
      } else {
        askedWait(at, value, error).ifPresent(wait -> pause(at, wait, failure(value, error)));
      }
      return isGood;
    } catch (Throwable broken) {
      return false; // of the user's
    }
  }

  private Optional<Duration> askedWait(
      ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    return at.retry().serverWait(value, error, terms.clock.now());
  }

  private static Throwable failure(@Nullable Object value, @Nullable Throwable error) {
    return error == null ? new RejectedResultException(value, 1) : error;
  }

  private void spent(ItemAtHand at, @Nullable Object value) {
    if (terms.spending != null) {
      terms.spending.settle(at.cost, at.itemOfUser(), value);
    }
  }

  /** What comes of an item whose call was the last one, whatever came of that. */
  Verdict ofLastCall(ItemAtHand at, Throwable error) {
    return decide(at, () -> lastFailure(at, error));
  }

  /** What comes of an item that is not called any more: a failure, unless the policy has something else for it. */
  Verdict ofFailure(ItemAtHand at, Throwable error) {
    return decide(at, () -> failing(at, error));
  }

  /** What comes of an item that need not be called: what its checkpoint has. */
  Verdict ofStored(ItemAtHand at, StoredOutcome found) {
    Keeping kept = Objects.requireNonNull(keeping, "keeping");
    return decide(at, () -> restored(at, found, kept));
  }

  /** It took too long to decide: a timeout, in place of what was decided. The user's predicate is not asked. */
  Verdict tooLate(ItemAtHand at, TimeoutException timeout) {
    EarlierErrors.attach(at.ticketed().errors, timeout);
    if (keeping != null) {
      keeping.keep(at, timeout);
    }
    return new Verdict.Fail(timeout);
  }

  /** Tells the listener of the next move of the concurrency, and makes it. */
  void move(ItemAtHand at, Adaptation moving) {
    ConcurrencyChange told = null;
    try {
      interrupter.joinEnd(at.claim());
      told = moving.tell(at.ticketed().lastEndNanos);
      tidyInterrupt(null);
      at.worker.readClock();
    } finally {
      moving.apply(told, at.worker.nowNanos);
    }
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
    tidyInterrupt(null);
    at.worker.readClock();
    return verdict;
  }

  private Verdict restored(ItemAtHand at, StoredOutcome found, Keeping kept) {
    Verdict verdict = kept.restored(at, found);
    return verdict instanceof Verdict.Fail(var error) ? failing(at, error) : verdict;
  }

  private Verdict judged(ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    Retry retry = at.retry();
    Ticket ticket = at.ticketed();
    Throwable failure = error;
    answered(at, value, error);
    boolean isFatal = error != null && retry.isFatal(at.itemOfUser(), error);
    try {
      if (failure == null) {
        if (!at.isSettled) {
          spent(at, value);
        }
        isFatal = retry.isFatalResult(at.itemOfUser(), value);
        if (!isFatal && !retry.rejects(at.itemOfUser(), value)) {
          if (!at.isSettled) {
            waits.settle(at.demand, at.item(), value);
          }
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
    if (ItemDeadline.isOver(terms.config.itemDeadline, at.item(), at.worker.nowNanos + delay)) {
      return failing(at, ItemDeadline.error(ticket.attempts, failure));
    }
    at.hasRetry = at.hasRetry || retry.mayRepeat(value, error, serverWait, at.worker.nowNanos);
    if (!at.hasRetry) {
      EarlierErrors.refused(failure, retry.budget());
      return failing(at, failure);
    }
    return new Verdict.Repeat(failure, delay);
  }

  /* Once an attempt: what comes of a timeout that cuts its judging short was not the answer. */
  private void answered(ItemAtHand at, @Nullable Object value, @Nullable Throwable error) {
    if (!at.isAnswerTold) {
      at.isAnswerTold = true;
      waits.answered(at.demand, value, error);
    }
  }

  private Verdict lastFailure(ItemAtHand at, Throwable error) {
    answered(at, null, error);
    return failing(at, error);
  }

  private void pause(ItemAtHand at, Duration wait, Throwable error) {
    try {
      waits.pause(at.item(), wait);
      if (terms.config.watch != null) {
        at.pause = new AskedPause(error, at.worker.nowNanos, wait);
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
}
