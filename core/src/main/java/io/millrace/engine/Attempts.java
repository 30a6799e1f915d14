package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.limit.Demand;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RejectedResultException;
import io.millrace.outcome.Success;
import io.millrace.plan.FailurePolicy;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** What a worker does with one item: gates, attempt, verdict. Used by the worker's thread only. */
final class Attempts {
  private final Engine engine;
  private final Worker worker;
  private final Retry retry;
  private final @Nullable RateLimiter limiter;
  private final boolean gated;
  private final boolean inspecting;

  /* Of the item at hand. */
  private @Nullable Ticket ticket;
  private @Nullable Object key;
  private @Nullable Demand demand;
  private boolean lost;

  Attempts(Engine engine, Worker worker) {
    this.engine = engine;
    this.worker = worker;
    this.retry = engine.config.retry;
    this.limiter = engine.limiter;
    this.gated = engine.gated;
    this.inspecting = engine.inspecting;
  }

  /**
   * Brings the claim's current item one step further: to its outcome, or to a place where it waits.
   *
   * @return false if the worker was given up meanwhile, and has to forget the claim
   */
  boolean run(Claim claim) {
    Object item = claim.item();
    long start = worker.nowNanos;
    if (engine.hasEnded()) {
      return cutOff(claim, item);
    }
    ticket = claim.ticket;
    if (gated && !pass(claim, item)) {
      return !lost;
    }
    Object value = null;
    Throwable error = null;
    try {
      value = engine.call(item, claim);
    } catch (Throwable thrown) {
      error = thrown;
    }
    worker.nowNanos = engine.clock.nanoTime();
    if (error == null && ticket == null && !inspecting) {
      Details details = new Details(claim.index(), key, 1, worker.nowNanos - start, false);
      if (claim.finish(
          new Success<@Nullable Object, @Nullable Object>(item, value, details), worker.nowNanos)) {
        engine.sink.settled(claim);
        return true;
      }
    }
    return judge(claim, item, start, value, error);
  }

  // Gates: each lets the item pass, or keeps it until it may go on

  /** False if the item waits, or failed before its attempt; the claim has moved on then. */
  private boolean pass(Claim claim, @Nullable Object item) {
    try {
      return inTime(claim, item) && prepare(claim, item) && slot(claim) && permit(claim, item);
    } catch (Throwable broken) {
      // a function for key or cost failed: so does the item, before its attempt
      failUnstarted(claim, item, broken);
      return false;
    }
  }

  private boolean inTime(Claim claim, @Nullable Object item) {
    long left = engine.budgetNanos(claim.ticket, worker.nowNanos);
    if (left > 0) {
      return true;
    }
    Ticket late = claim.ticket;
    Throwable last = late == null ? null : late.lastError;
    TimeoutException timeout = timeout(engine.timeoutOf(late), late == null ? 0 : late.attempts);
    failUnstarted(claim, item, withSuppressed(last, timeout));
    return false;
  }

  private void failUnstarted(Claim claim, @Nullable Object item, Throwable error) {
    if (seal(claim)) {
      fail(claim, item, error);
    }
  }

  private static Throwable withSuppressed(@Nullable Throwable error, TimeoutException timeout) {
    if (error == null) {
      return timeout;
    }
    error.addSuppressed(timeout);
    return error;
  }

  private boolean prepare(Claim claim, @Nullable Object item) {
    Ticket known = ticket;
    if (known != null) {
      key = known.key;
      noteKey(claim);
      demand = known.demand;
      return true;
    }
    key = engine.config.itemKey == null ? null : engine.config.itemKey.apply(item);
    noteKey(claim);
    demand = limiter == null ? null : limiter.demand(item);
    if (engine.slots != null) {
      ticket(claim, item).slotKey = engine.slots.keyOf(item);
    }
    return true;
  }

  private void noteKey(Claim claim) {
    if (engine.config.itemKey != null) {
      claim.key = key;
    }
  }

  private Ticket ticket(Claim claim, @Nullable Object item) {
    Ticket known = ticket;
    if (known == null) {
      known = new Ticket(claim.index(), item);
      known.key = key;
      known.demand = demand;
      ticket = known;
    }
    return known;
  }

  private boolean slot(Claim claim) {
    KeySlots slots = engine.slots;
    Ticket current = ticket;
    if (slots == null || current == null || current.hasSlot) {
      return true;
    }
    if (slots.tryEnter(current)) {
      return true;
    }
    if (leaveWaiting(claim)) {
      engine.awaitSlot(current, slots);
    }
    return false;
  }

  private boolean permit(Claim claim, @Nullable Object item) {
    RateLimiter by = limiter;
    Demand wanted = demand;
    if (by == null || wanted == null) {
      return true;
    }
    if (ticket != null && ticket.permitted) {
      ticket.permitted = false;
      return true;
    }
    if (engine.sameClock ? by.tryTake(wanted, worker.nowNanos) : by.tryTake(wanted)) {
      return true;
    }
    Ticket waits = ticket(claim, item);
    if (leaveWaiting(claim)) {
      engine.awaitPermit(waits, wanted);
    }
    return false;
  }

  /** Moves the claim on from an item that is not under way and comes back by its ticket. */
  private boolean leaveWaiting(Claim claim) {
    if (!seal(claim)) {
      return false;
    }
    claim.leaveWaiting(worker.nowNanos);
    return true;
  }

  /**
   * Seals an item whose action does not run: an interrupt that was meant for it is void.
   *
   * @return false if the worker was given up
   */
  private boolean seal(Claim claim) {
    lost = !claim.seal() && claim.sealInterrupted() == null;
    return !lost;
  }

  // The verdict on an attempt

  private boolean judge(
      Claim claim,
      @Nullable Object item,
      long start,
      @Nullable Object value,
      @Nullable Throwable thrown) {
    Throwable error = thrown;
    if (!claim.seal()) {
      Interruption why = claim.sealInterrupted();
      if (why == null) {
        return false;
      }
      if (why == Interruption.RUN_ENDED && error != null) {
        count(claim, item, start);
        settle(claim, notRun(claim, item));
        return true;
      }
      if (why != Interruption.RUN_ENDED) {
        TimeoutException timeout = timeout(why, attemptsSoFar() + 1);
        if (error != null && !(error instanceof InterruptedException)) {
          timeout.addSuppressed(error);
        }
        error = timeout;
      }
    }
    count(claim, item, start);
    decide(claim, item, value, error);
    return true;
  }

  private int attemptsSoFar() {
    return ticket == null ? 0 : ticket.attempts;
  }

  /** Notes the attempt that just ended, and frees what it held. */
  private void count(Claim claim, @Nullable Object item, long start) {
    Ticket current = ticket(claim, item);
    if (current.attempts++ == 0) {
      current.firstStartNanos = start;
    }
    current.lastEndNanos = worker.nowNanos;
    if (engine.slots != null && current.hasSlot) {
      engine.freeSlot(current);
    }
  }

  private void decide(
      Claim claim, @Nullable Object item, @Nullable Object value, @Nullable Throwable thrown) {
    Ticket current = ticket(claim, item);
    Throwable error = thrown;
    boolean repeatable;
    if (error == null) {
      try {
        if (!retry.rejects(value)) {
          succeed(claim, item, value);
          return;
        }
        repeatable = true;
        error = new RejectedResultException(value, current.attempts);
      } catch (Throwable brokenPredicate) {
        repeatable = false;
        error = brokenPredicate;
      }
    } else {
      repeatable = retry.repeats(error);
    }
    current.lastError = error;
    Optional<Duration> serverWait = retry.serverWait(value, thrown, engine.clock.now());
    serverWait.ifPresent(wait -> engine.pause(item, wait));
    if (repeatable && current.attempts < retry.attempts()) {
      long delay =
          serverWait.isPresent()
              ? Require.nanos(serverWait.get())
              : retry.backoff().delayNanos(current.attempts, engine.random());
      if (engine.budgetNanos(current, worker.nowNanos + delay) > 0) {
        current.dueNanos = worker.nowNanos + delay;
        claim.leaveWaiting(worker.nowNanos);
        engine.retryLater(current, error, delay);
        return;
      }
      error.addSuppressed(timeout(Interruption.ITEM_TIMEOUT, current.attempts));
    }
    fail(claim, item, error);
  }

  private void succeed(Claim claim, @Nullable Object item, @Nullable Object value) {
    if (limiter != null && demand != null) {
      try {
        limiter.settle(demand, item, value);
      } catch (Throwable brokenCost) {
        fail(claim, item, brokenCost);
        return;
      }
    }
    settle(claim, new Success<@Nullable Object, @Nullable Object>(item, value, details(claim)));
  }

  /** Ends a sealed item as failed, by the failure policy. */
  private void fail(Claim claim, @Nullable Object item, Throwable thrown) {
    Throwable error = thrown;
    Ticket current = ticket;
    if (engine.slots != null && current != null && current.hasSlot) {
      engine.freeSlot(current);
    }
    if (engine.config.failurePolicy instanceof FailurePolicy.Substitute substitute) {
      try {
        Object value = substitute.value().apply(error);
        settle(claim, new Success<@Nullable Object, @Nullable Object>(item, value, details(claim)));
        return;
      } catch (Throwable broken) {
        error = broken;
      }
    }
    Failure<?, ?> failure =
        new Failure<@Nullable Object, @Nullable Object>(item, error, details(claim));
    settle(claim, failure);
    engine.failed(failure);
  }

  /** Ends an item that the run's end kept from its result. */
  private boolean cutOff(Claim claim, @Nullable Object item) {
    ticket = claim.ticket;
    key = ticket == null ? null : ticket.key;
    if (seal(claim)) {
      settle(claim, notRun(claim, item));
    }
    return !lost;
  }

  private NotRun<?, ?> notRun(Claim claim, @Nullable Object item) {
    return new NotRun<@Nullable Object, @Nullable Object>(item, engine.status(), details(claim));
  }

  private Details details(Claim claim) {
    Ticket current = ticket;
    if (current == null || current.attempts == 0) {
      return new Details(claim.index(), key, 0, 0, false);
    }
    long elapsed = current.lastEndNanos - current.firstStartNanos;
    return new Details(claim.index(), current.key, current.attempts, elapsed, false);
  }

  private void settle(Claim claim, Outcome<?, ?> outcome) {
    claim.finishSealed(outcome, worker.nowNanos);
    engine.sink.settled(claim);
  }

  private TimeoutException timeout(Interruption which, int attempts) {
    return which == Interruption.ATTEMPT_TIMEOUT
        ? new TimeoutException(
            "attempt timed out after "
                + engine.config.attemptTimeout
                + " (attempt "
                + attempts
                + ")")
        : new TimeoutException(
            "item timed out after " + engine.config.itemTimeout + " and " + attempts + " attempts");
  }
}
