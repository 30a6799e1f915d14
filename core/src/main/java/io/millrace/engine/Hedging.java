package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.SecondCall.State;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Alarm;
import io.millrace.engine.thread.KnownWaits;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.outcome.Details;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Hedge;
import io.millrace.plan.Retry;
import io.millrace.time.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Finds calls that take long, by scanning what the workers publish, and offers to make them a second time; and says what
 * the owner of the first call does when it returns. What becomes of an offer: {@link SecondCalls}.
 *
 * <p><b>One outcome an item.</b> The owner of the first call keeps the item, its claim and its timeouts. An answer of the
 * hedge only interrupts it, by the claim's word like any timeout. Two words decide, each in one step: that of the claim, who settles the item, its
 * owner or whoever abandons that; that of the {@link SecondCall}, whether there is an answer. Whoever settles the item drops the hedge first, so
 * either it finds an answer, or there never will be one. The answer of a hedge is that of the attempt, also after the end of the run; a
 * timeout that was first stands.
 *
 * <p><b>Nothing is left.</b> Whatever ends the first call drops the hedge: one that was not begun is forgotten, and one that runs is interrupted,
 * by the word of a claim of its own.
 */
final class Hedging {
  private static final long LEAST_NANOS = 1_000_000;
  private static final long UNKNOWN = Long.MAX_VALUE;

  private final Terms terms;
  private final Hedge hedge;
  private final Schedule schedule;
  private final Interrupter interrupter;
  private final RecentLatencies latencies = new RecentLatencies();
  private final Alarm alarm;

  /* Owners whose own call has failed, and that wait for the other one. */
  private final KnownWaits waits;

  /* How long a call may take before it is hedged. Written by scans, and by the worker that knows it first. */
  private volatile long delayNanos;

  /* Whether a scan will come in time that looks at every call that goes on now. Written by workers and scans. */
  private volatile boolean isWatching;

  private Hedging(Terms terms, Hedge hedge, Schedule schedule, Interrupter interrupter) {
    this.terms = terms;
    this.hedge = hedge;
    this.schedule = schedule;
    this.interrupter = interrupter;
    this.alarm = new Alarm(terms.clock, this::scan);
    this.waits = new KnownWaits(terms.clock);
    this.delayNanos = hedge.percentile().isPresent() ? UNKNOWN : Require.nanos(hedge.delay());
  }

  /** Null if nothing is hedged. */
  static @Nullable Hedging of(Terms terms, Schedule schedule, Interrupter interrupter) {
    Hedge hedge = terms.config.hedge;
    return hedge == null ? null : new Hedging(terms, hedge, schedule, interrupter);
  }

  /** Takes back what was taken for a hedge that is not made. */
  void giveBack() {
    interrupter.giveBack(hedge);
  }

  /** Wakes the owners that wait for their hedges: one of these has ended. */
  void wake() {
    waits.wake();
  }

  // Of the owner

  /** A call begins. */
  void callBegins(Worker worker, Claim claim) {
    hedge.count(worker.nowNanos);
    worker.callBegins(claim.observe());
    long delay = delayNanos;
    if (!isWatching && delay != UNKNOWN) {
      watch(worker.nowNanos + delay);
    }
  }

  /** An attempt has succeeded. */
  void succeeded(long tookNanos, long nowNanos) {
    if (hedge.percentile().isPresent() && latencies.add(tookNanos)) {
      learn();
      watch(nowNanos + delayNanos); // those that run already count as well
    }
  }

  /**
   * A call has ended: from now on it gets no hedge. If it has one, this decides between the two. The claim is in another phase
   * afterwards, if nobody has interrupted it.
   *
   * @param retry of the item
   * @return the hedge if its answer is that of the attempt; otherwise null
   */
  @Nullable HedgedCall callEnded(
      Worker worker, Claim claim, Retry retry, @Nullable Object value, @Nullable Throwable error) {
    HedgedCall second = worker.callEnded(claim);
    if (second == null) {
      return null;
    }
    try {
      if (second.state() == State.RUNNING && hasFailed(second, retry, value, error)) {
        awaitAnswer(second, claim);
      }
      worker.readClock();
      return interrupter.drop(second) == State.ANSWERED ? second : null;
    } finally {
      interrupter.leaveHedged(claim, worker.nowNanos);
      worker.unhedged(second); // after that: whoever abandons it meanwhile finds the answer
    }
  }

  /* Whether the other call may have a better answer. */
  private static boolean hasFailed(
      HedgedCall second, Retry retry, @Nullable Object value, @Nullable Throwable error) {
    try {
      return error == null
          ? !retry.isFatalResult(second.item, value) && retry.rejects(second.item, value)
          : !retry.isFatal(second.item, error);
    } catch (Throwable broken) {
      return false; // whoever judges the attempt hears of it
    }
  }

  /* Until the hedge has ended, or somebody interrupts the attempt: a timeout, the end of the run. */
  private void awaitAnswer(HedgedCall second, Claim claim) {
    Thread.interrupted(); // left by the action, or it is in the word of the claim
    boolean goesOn = true;
    while (goesOn) {
      try {
        waits.await(() -> second.state() != State.RUNNING || !Claim.isRunning(claim.observe()));
        goesOn = false;
      } catch (InterruptedException why) {
        // then it is in the word
      }
    }
  }

  // The scans

  private void watch(long nanos) {
    isWatching = true;
    try {
      alarm.at(nanos);
    } catch (Throwable broken) { // a clock: nobody else's call would be hedged either
      isWatching = false;
      schedule.end(RunStatus.ABORTED, broken, false);
    }
  }

  void stop() {
    alarm.cancel();
  }

  private void learn() {
    long percentile = latencies.percentile(hedge.percentile().orElseThrow());
    delayNanos = Math.max(LEAST_NANOS, percentile);
  }

  private void scan() {
    try {
      scanOnce();
    } catch (Throwable broken) { // a clock
      schedule.end(RunStatus.ABORTED, broken, false);
    }
  }

  private void scanOnce() {
    isWatching = false; // before looking: a call that is not seen sees this
    if (schedule.hasEnded()) {
      return;
    }
    if (latencies.isKnown()) {
      learn();
    }
    Scan scan = new Scan(terms.clock.nanoTime(), delayNanos);
    schedule.census().roster().forEach(worker -> Mishaps.survive(() -> scan.look(worker)));
    if (scan.isAny) {
      long rest = terms.clock == TimeSource.system() ? Interrupter.rest(scan.looks) : 0;
      watch(scan.now + Math.max(scan.waitNanos, rest));
    }
  }

  private final class Scan {
    final long now;
    final long delay;
    long waitNanos = Long.MAX_VALUE;
    boolean isAny;
    int looks;

    Scan(long now, long delay) {
      this.now = now;
      this.delay = delay;
    }

    void look(Worker worker) {
      looks++;
      long seen = worker.callSeen();
      Claim claim = worker.claim;
      if (claim == null || seen == Worker.NO_CALL || worker.isHedged(claim, seen)) {
        return;
      }
      long left = worker.callStart() + delay - now;
      if (left > 0) {
        isAny = true;
        waitNanos = Math.min(waitNanos, left);
      } else if (Claim.isRunning(claim.observe())) {
        offer(worker, claim, seen);
      }
    }

    /* The owner ends its call, then looks for a hedge; this says that there is one, then looks whether the call goes on. */
    private void offer(Worker worker, Claim claim, long seen) {
      HedgedCall second = new HedgedCall(worker, claim, seen, details(worker, claim, seen));
      boolean isBudgeted = hedge.tryTake(now);
      if (!isBudgeted) {
        second.drop();
      }
      worker.hedged(second);
      boolean goesOn = worker.callSeen() == seen && worker.claim == claim;
      if (isBudgeted && goesOn) {
        schedule.offer(second);
      } else if (isBudgeted && second.drop() == State.OFFERED) {
        giveBack();
      }
      if (!goesOn) {
        worker.unhedged(second);
      }
    }

    private Details details(Worker worker, Claim claim, long seen) {
      long index = claim.index(seen);
      ItemAtHand at = worker.atHand(index);
      Ticket ticket = at == null ? claim.ticket : at.ticket;
      int attempts = at != null ? at.calls : ticket == null ? 1 : ticket.attempts + 1;
      long start = at != null ? at.firstStartNanos : worker.callStart();
      return new Details(index, at == null ? null : at.key, attempts, now - start, false);
    }
  }

  /** The hedge of a call has an answer that counts: the call is interrupted. */
  void answered(HedgedCall second) {
    interrupter.interruptOwner(second.owner, second.claim, second.seen);
  }
}
