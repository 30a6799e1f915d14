package io.millrace.engine;

import io.millrace.base.Require;
import io.millrace.outcome.AbandonedException;
import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import io.millrace.time.Clock;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Ends attempts that take too long, by scanning what the workers publish: the run's watchdog.
 *
 * <p>An attempt that is interrupted and does not return within the grace period is abandoned: its item
 * fails, its worker is written off. The grace period is real time even on a virtual clock, because it
 * is for a real thread to react.
 */
final class Interrupter {
  private final Engine engine;
  private final Alarm alarm;
  private final long graceNanos;

  /** Guards the race of a timeout with the end of the run: one of them interrupts an attempt. */
  private final ReentrantLock lock = new ReentrantLock();

  private final Queue<Clock.Timer> graceTimers = new ConcurrentLinkedQueue<>();
  private volatile boolean stopped;

  /* Written by workers and scans: whether a scan will come that looks at every attempt of now. */
  private volatile boolean watching;

  Interrupter(Engine engine) {
    this.engine = engine;
    this.alarm = new Alarm(engine.clock, this::scan);
    this.graceNanos = Require.nanos(engine.config.grace);
  }

  /** An attempt of this claim starts. */
  void watch(Claim claim) {
    if (!watching || claim.budgetNanos < engine.freshBudgetNanos) {
      watching = true;
      alarm.at(claim.startNanos + claim.budgetNanos);
    }
  }

  /** The run is over: nothing is left to be interrupted or abandoned. */
  void stop() {
    stopped = true;
    alarm.cancel();
    for (Clock.Timer timer = graceTimers.poll(); timer != null; timer = graceTimers.poll()) {
      timer.cancel();
    }
  }

  /*
   * An attempt that starts after its worker was looked at ends its budget after the next scan. Where no
   * worker has a claim, scanning stops: the next attempt sees that nobody watches, and starts it again.
   */
  private void scan() {
    watching = false; // before looking, so that a worker that is not seen sees this
    long now = engine.clock.nanoTime();
    long wait = engine.freshBudgetNanos;
    boolean busy = false;
    for (Worker worker : engine.schedule.workers()) {
      Claim claim = worker.claim;
      if (claim != null) {
        busy = true;
        wait = Math.min(wait, check(worker, claim, now));
      }
    }
    if (busy && wait != Long.MAX_VALUE) {
      watching = true;
      alarm.at(now + wait);
    }
  }

  /** How long the worker's attempt may still take; if no longer, it is interrupted. */
  private long check(Worker worker, Claim claim, long now) {
    long seen = claim.observe();
    long left = left(claim, now);
    if (!Claim.isRunning(seen) || claim.observe() != seen || left > 0) {
      return Math.max(left, 0) == 0 ? engine.freshBudgetNanos : left;
    }
    interrupt(worker, claim, seen, engine.budgets(claim.item(seen)).which(claim));
    return engine.freshBudgetNanos;
  }

  private static long left(Claim claim, long now) {
    long budget = claim.budgetNanos;
    return budget == Long.MAX_VALUE ? budget : claim.startNanos + budget - now;
  }

  private void interrupt(Worker worker, Claim claim, long seen, Interruption why) {
    boolean sent;
    lock.lock();
    try {
      sent = claim.interrupt(seen, worker.runningThread(), why);
    } finally {
      lock.unlock();
    }
    if (sent) {
      long index = claim.index(seen);
      afterGrace(() -> abandonIfStuckAt(index, worker, claim));
    }
  }

  /** Interrupts everything that runs, because the run has ended. */
  void interruptAll() {
    engine.schedule.reading().interruptReader();
    lock.lock();
    try {
      for (Worker worker : engine.schedule.workers()) {
        Claim claim = worker.claim;
        if (claim != null) {
          claim.interrupt(claim.observe(), Interruption.RUN_ENDED, worker::interrupt);
        }
      }
    } finally {
      lock.unlock();
    }
    if (!engine.tuned) {
      afterGrace(this::abandonAll); // an executor has ended when its tasks have
    }
  }

  private void afterGrace(Runnable task) {
    if (!engine.config.inCaller() && graceNanos != Long.MAX_VALUE) {
      Clock clock = Clock.system();
      graceTimers.add(clock.schedule(clock.nanoTime() + graceNanos, task));
      if (stopped) {
        stop();
      }
    }
  }

  private void abandonAll() {
    if (engine.schedule.hasJoined()) {
      return;
    }
    engine.schedule.reading().abandonReader();
    for (Worker worker : engine.schedule.workers()) {
      Claim claim = worker.claim;
      if (claim != null) {
        abandonIfStuck(worker, claim);
      }
    }
  }

  private void abandonIfStuckAt(long index, Worker worker, Claim claim) {
    if (claim.index(claim.observe()) == index) {
      abandonIfStuck(worker, claim);
    }
  }

  /*
   * What is reported is made before the worker is given up: giving it up, settling its item and writing
   * it off have to be one step, or a worker that comes back just then is counted twice.
   */
  private void abandonIfStuck(Worker worker, Claim claim) {
    long seen = claim.observe();
    if (worker.claim != claim || !Claim.isInterrupted(seen)) {
      return;
    }
    Thread thread = worker.runningThread();
    Failure<?, ?> failure = failure(claim, seen, thread);
    if (engine.schedule.writeOff(worker, claim, seen, failure)) {
      engine.suppress(failure.error());
      engine.sink.abandoned(failure);
      Ticket holder = claim.holder;
      if (holder != null) {
        engine.waits.free(holder); // or items of its key would wait for ever
      }
    }
  }

  private Failure<?, ?> failure(Claim claim, long seen, Thread thread) {
    Ticket ticket = claim.ticket;
    long index = claim.index(seen);
    int attempts = ticket == null ? 1 : ticket.attempts + 1;
    long first = ticket == null || ticket.attempts == 0 ? claim.startNanos : ticket.firstStartNanos;
    long elapsed = engine.clock.nanoTime() - first;
    AbandonedException error =
        new AbandonedException(
            "item "
                + index
                + " was abandoned: "
                + what(claim.interruption)
                + ", and its action ignored the interrupt for "
                + Require.text(engine.config.grace),
            thread.getStackTrace());
    return new Failure<@Nullable Object, @Nullable Object>(
        claim.item(seen), error, new Details(index, claim.key, attempts, elapsed, false));
  }

  private static String what(@Nullable Interruption why) {
    return switch (why) {
      case ATTEMPT_TIMEOUT -> "its attempt timed out";
      case ITEM_TIMEOUT -> "it timed out";
      case RUN_ENDED -> "the run ended";
      case null -> throw new AssertionError("abandoned without an interruption");
    };
  }
}
