package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.Success;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of a sealed item: success, retry, failure. Each verdict moves the claim on, and returns
 * true. One for all workers of a run: what is theirs comes along as the item at hand.
 */
final class Verdicts {
  private final Engine engine;

  Verdicts(Engine engine) {
    this.engine = engine;
  }

  /** On an attempt that returned, or threw. */
  boolean judge(AtHand at, long startNanos, @Nullable Object value, @Nullable Throwable error) {
    count(at, startNanos);
    if (at.isWithdrawn()) {
      return cutOff(at);
    }
    return error == null
        ? judgeResult(at, value)
        : judgeError(at, value, error, at.retry().repeats(error));
  }

  /**
   * On an attempt that was interrupted. A timeout stands, whatever the action did about it; if the run
   * ended, a result is a result all the same.
   */
  boolean judgeInterrupted(
      AtHand at,
      Interruption why,
      long startNanos,
      @Nullable Object value,
      @Nullable Throwable error) {
    if (why == Interruption.RUN_ENDED) {
      if (error == null) {
        return judge(at, startNanos, value, null);
      }
      if (!(error instanceof InterruptedException)) {
        engine.suppress(error);
      }
      count(at, startNanos);
      return cutOff(at);
    }
    TimeoutException timeout = at.budgets().error(why, at.attempts() + 1);
    if (error != null && !(error instanceof InterruptedException)) {
      timeout.addSuppressed(error);
    }
    return judge(at, startNanos, null, timeout);
  }

  /** Notes the attempt that just ended, and frees what it held. */
  private void count(AtHand at, long startNanos) {
    Ticket ticket = at.ticketed();
    if (ticket.attempts++ == 0) {
      ticket.firstStartNanos = startNanos;
    }
    ticket.lastEndNanos = at.worker.nowNanos;
    engine.waits.free(ticket);
  }

  private boolean judgeResult(AtHand at, @Nullable Object value) {
    try {
      if (!at.retry().rejects(value)) {
        engine.waits.settle(at.demand, at.item(), value);
        return settle(
            at, new Success<@Nullable Object, @Nullable Object>(at.item(), value, at.details()));
      }
    } catch (Throwable broken) {
      return fail(at, broken);
    }
    return judgeError(at, value, new RejectedResultException(value, at.attempts()), true);
  }

  private boolean judgeError(
      AtHand at, @Nullable Object value, Throwable error, boolean repeatable) {
    Ticket ticket = at.ticketed();
    Retry retry = at.retry();
    ticket.lastError = error;
    Throwable thrown = error instanceof RejectedResultException ? null : error;
    Optional<Duration> serverWait = retry.serverWait(value, thrown, engine.clock.now());
    serverWait.ifPresent(wait -> pause(at, wait, error));
    if (!repeatable || ticket.attempts >= retry.attempts()) {
      return fail(at, error);
    }
    long wanted = serverWait.map(Require::nanos).orElseGet(() -> backoff(at, ticket));
    long delay = Math.min(wanted, Require.nanos(Require.LONGEST));
    if (at.budgets().nanos(ticket, at.worker.nowNanos + delay) <= 0) {
      error.addSuppressed(at.budgets().error(Interruption.ITEM_TIMEOUT, ticket.attempts));
      return fail(at, error);
    }
    ticket.dueNanos = at.worker.nowNanos + delay;
    Tuned own = at.own();
    leaveWaiting(at);
    engine.waits.retryLater(ticket, error, delay);
    if (own != null && own.isWithdrawn()) {
      engine.withdraw(own); // whoever withdrew it may have come too early to find it
    }
    return true;
  }

  private void pause(AtHand at, Duration wait, Throwable error) {
    try {
      engine.waits.pause(at.item(), wait);
    } catch (Throwable brokenKey) {
      if (brokenKey != error) {
        error.addSuppressed(brokenKey);
      }
    }
  }

  private long backoff(AtHand at, Ticket ticket) {
    return at.retry().backoff().delayNanos(ticket.attempts, ThreadLocalRandom.current());
  }

  /** Fails the item, as the failure policy says. */
  boolean fail(AtHand at, Throwable thrown) {
    Throwable error = thrown;
    if (at.ticket != null) {
      engine.waits.free(at.ticket);
    }
    if (engine.config.failurePolicy instanceof FailurePolicy.Substitute substitute) {
      try {
        Object value = substitute.value().apply(error);
        return settle(
            at, new Success<@Nullable Object, @Nullable Object>(at.item(), value, at.details()));
      } catch (Throwable broken) {
        error = broken;
      }
    }
    var failure = new Failure<@Nullable Object, @Nullable Object>(at.item(), error, at.details());
    settle(at, failure);
    engine.failed(failure);
    return true;
  }

  /** The run's end kept the item from its result, or nobody wants that any more. */
  boolean cutOff(AtHand at) {
    if (at.ticket != null) {
      engine.waits.free(at.ticket);
    }
    return settle(
        at,
        new NotRun<@Nullable Object, @Nullable Object>(at.item(), engine.status(), at.details()));
  }

  /** Moves the claim on from an item that will come back by its ticket. */
  void leaveWaiting(AtHand at) {
    Claim claim = at.claim();
    at.worker.nowNanos = engine.clock.nanoTime();
    claim.leaveWaiting(at.worker.nowNanos);
    if (!claim.isSingle()) {
      engine.sink.settled(claim); // what was finished before may be all there is to hand over
    }
  }

  private boolean settle(AtHand at, Outcome<?, ?> outcome) {
    at.worker.nowNanos = engine.clock.nanoTime(); // predicates and fallbacks took their time
    at.claim().finishSealed(outcome, at.worker.nowNanos);
    engine.sink.settled(at.claim());
    return true;
  }
}
