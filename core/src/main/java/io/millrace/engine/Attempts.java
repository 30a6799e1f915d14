package io.millrace.engine;

import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a worker does with one item: gates, attempt, verdict. One for all workers of a run: what is theirs
 * comes along with them, or no cache would hold what 10,000 of them keep.
 *
 * <p>Until its claim is sealed an item can be interrupted, and then abandoned. So before anything is
 * decided the claim is sealed; a worker that finds itself abandoned forgets the claim instead.
 */
final class Attempts {
  private final Engine engine;
  private final Waits waits;
  private final Verdicts verdicts;
  private final @Nullable Function<@Nullable Object, ?> itemKey;
  private final boolean gated;
  private final boolean inspecting;
  private final boolean asking;
  private final boolean inCaller;

  Attempts(Engine engine) {
    this.engine = engine;
    this.waits = engine.waits;
    this.verdicts = new Verdicts(engine);
    this.itemKey = engine.config.itemKey;
    this.gated =
        engine.tuned
            || !waits.areNone()
            || itemKey != null
            || engine.budgets.hasItemTimeout()
            || engine.freshBudgetNanos <= 0;
    this.inCaller = engine.config.inCaller();
    this.asking = itemKey != null || waits.lookAtItems();
    this.inspecting = engine.config.retry.looksAtResults() || waits.settlesCosts();
  }

  /**
   * Brings the claim's current item one step further: to its outcome, or to a place where it waits.
   *
   * @return false if the worker was given up meanwhile, and has to forget the claim
   */
  boolean run(Worker worker, Claim claim) {
    if (!gated) {
      return attempt(worker, claim, null);
    }
    AtHand at = worker.take(claim);
    if (at.isWithdrawn()) {
      return seal(claim) && verdicts.cutOff(at);
    }
    return engine.hasEnded() ? attempt(worker, claim, at) : pass(at, claim);
  }

  /*
   * Without gates nothing is noted about the item before it is attempted, nor after a success: that is most
   * of them.
   */
  private boolean attempt(Worker worker, Claim claim, @Nullable AtHand noted) {
    if (engine.hasEnded()) { // perhaps while the item passed its gates
      AtHand at = noted == null ? worker.take(claim) : noted;
      return seal(claim) && verdicts.cutOff(at);
    }
    long start = worker.nowNanos;
    Object item = claim.item();
    Object value = null;
    Throwable error = null;
    try {
      value = engine.call(item, claim);
    } catch (Throwable thrown) {
      error = thrown;
    }
    tidyInterrupt(error);
    worker.nowNanos = engine.clock.nanoTime();
    boolean first = noted == null ? claim.ticket == null : noted.ticket == null;
    if (error == null && first && !inspects(noted)) {
      Object key = noted == null ? null : noted.key;
      Details details = new Details(claim.index(), key, 1, worker.nowNanos - start, false);
      var success = new Success<@Nullable Object, @Nullable Object>(item, value, details);
      if (claim.finish(success, worker.nowNanos)) {
        engine.sink.settled(claim);
        return true;
      }
    }
    AtHand at = noted == null ? worker.take(claim) : noted;
    if (claim.seal()) {
      return verdicts.judge(at, start, value, error);
    }
    Interruption why = claim.sealInterrupted();
    return why != null && verdicts.judgeInterrupted(at, why, start, value, error);
  }

  private boolean inspects(@Nullable AtHand noted) {
    return inspecting || (noted != null && noted.own() != null && noted.retry().looksAtResults());
  }

  /*
   * An action may set its thread's interrupt flag, as one does that has swallowed an interrupt: the next
   * item must not see it. In the caller's thread the interrupt is the caller's, and must not be lost.
   */
  private void tidyInterrupt(@Nullable Throwable error) {
    if (!inCaller) {
      Thread.interrupted();
    } else if (error instanceof InterruptedException) {
      Thread.currentThread().interrupt();
    }
  }

  /** Each gate lets the item pass, or keeps it until it may go on, or fails it. */
  private boolean pass(AtHand at, Claim claim) {
    Throwable broken = isInTime(at) ? prepare(at, claim) : tooLate(at);
    Gate closed = null;
    if (broken == null) {
      try {
        closed = closedGate(at, claim);
      } catch (Throwable brokenKey) {
        broken = brokenKey;
      }
    }
    if (broken != null) {
      return seal(claim) && verdicts.fail(at, broken);
    }
    return switch (closed) {
      case SLOT -> leave(at, claim) && waits.awaitSlot(at.ticketed());
      case SEMAPHORE -> leave(at, claim) && waits.awaitSemaphore(at.ticketed());
      case PERMIT -> leave(at, claim) && waits.awaitPermit(at.ticketed());
      case null -> attempt(at.worker, claim, at);
    };
  }

  private enum Gate {
    SLOT,
    SEMAPHORE,
    PERMIT
  }

  private @Nullable Gate closedGate(AtHand at, Claim claim) {
    if (!waits.trySlot(at)) {
      return Gate.SLOT;
    }
    if (at.own() != null && !waits.trySemaphore(at, at.own().tuning)) {
      return Gate.SEMAPHORE;
    }
    if (at.ticket != null) {
      claim.holder = at.ticket;
    }
    return waits.tryPermit(at, at.worker.nowNanos) ? null : Gate.PERMIT;
  }

  private static boolean isInTime(AtHand at) {
    return at.budgets().nanos(at.ticket, at.worker.nowNanos) > 0;
  }

  private static Throwable tooLate(AtHand at) {
    Budgets budgets = at.budgets();
    TimeoutException timeout = budgets.error(budgets.which(at.ticket), at.attempts());
    Throwable last = at.ticket == null ? null : at.ticket.lastError;
    if (last == null) {
      return timeout;
    }
    last.addSuppressed(timeout);
    return last;
  }

  /** Asks the functions for key and costs, once an item; returns what they throw. */
  private @Nullable Throwable prepare(AtHand at, Claim claim) {
    try {
      if (at.ticket == null) {
        if (at.own() != null) {
          claim.budgetNanos = at.budgets().freshNanos();
        }
        at.key = itemKey == null ? null : itemKey.apply(at.item());
        waits.prepare(at);
        if (asking) {
          at.worker.nowNanos = engine.clock.nanoTime(); // those functions took their time
          claim.startNanos = at.worker.nowNanos;
        }
      }
      if (itemKey != null) {
        claim.key = at.key;
      }
      return null;
    } catch (Throwable broken) {
      return broken;
    }
  }

  /** Moves the claim on from an item that is not under way, and comes back by its ticket. */
  private boolean leave(AtHand at, Claim claim) {
    at.ticketed();
    if (!seal(claim)) {
      return false;
    }
    verdicts.leaveWaiting(at);
    return true;
  }

  /**
   * Seals an item whose action does not run: an interrupt that was meant for it is void.
   *
   * @return false if the worker was given up
   */
  private static boolean seal(Claim claim) {
    return claim.seal() || claim.sealInterrupted() != null;
  }
}
