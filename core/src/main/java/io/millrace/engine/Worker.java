package io.millrace.engine;

import io.millrace.outcome.Details;
import io.millrace.outcome.Failure;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A thread's part in a run: claim, attempt, deliver, again; leaves when there is nothing to do. */
final class Worker implements Runnable {
  private static final long CHEAP_NANOS = 10_000;
  private static final long DEAR_NANOS = 20_000;

  private final Engine engine;

  /** See {@link Schedule}: a run that ends forgets the workers that an executor did not start yet. */
  final int generation;

  private final Surrounding.@Nullable Presence presence;

  /* Written by this worker's thread, read by watchdog and stop. */
  volatile @Nullable Thread thread;

  /* Written by this worker under the run's lock, or by whoever abandons it; read by watchdog and stop. */
  volatile @Nullable Claim claim;

  /* Guarded by the run's lock: place in the run's list of workers; -1 if not there. */
  int place = -1;

  private int size = 1;
  long nowNanos;

  /* Made when it is needed; where there are no gates, successes do not. */
  private @Nullable AtHand atHand;

  Worker(Engine engine, int generation) {
    this.engine = engine;
    this.generation = generation;
    this.presence = engine.surrounding == null ? null : engine.surrounding.presence();
  }

  /** How many fresh items to claim at once. */
  int size() {
    return size;
  }

  Thread runningThread() {
    return Objects.requireNonNull(thread, "thread of a worker that runs");
  }

  /** What to run so that a task of this worker is inside of what surrounds the run. */
  Runnable inside(Runnable task) {
    Surrounding.Presence entered = presence;
    return entered == null ? task : () -> entered.run(task);
  }

  /** Interrupts this worker because the run has ended. */
  void interrupt() {
    if (presence == null) {
      runningThread().interrupt();
    } else {
      presence.interrupt(runningThread());
    }
  }

  @Override
  public void run() {
    thread = Thread.currentThread();
    nowNanos = engine.clock.nanoTime();
    try {
      for (Claim next = engine.schedule.next(this);
          next != null;
          next = engine.schedule.next(this)) {
        work(next);
      }
    } catch (Throwable broken) {
      Claim held = claim;
      engine.schedule.broke(this, broken);
      if (engine.tuned && held != null) {
        Details details = new Details(held.index(0), null, 0, 0, false);
        engine.sink.abandoned(
            new Failure<@Nullable Object, @Nullable Object>(held.item(0), broken, details));
      }
    }
  }

  /** The part of one that has no slot, and only reads. */
  void readAhead() {
    thread = Thread.currentThread();
    nowNanos = engine.clock.nanoTime();
    engine.schedule.reading().readAhead(this);
  }

  private void work(Claim claim) {
    long began = nowNanos;
    while (claim.hasItem()) {
      if (!engine.attempts.run(this, claim)) {
        forgetItem();
        engine.schedule.cameBack();
        size = 1;
        return;
      }
      if (claim.waiting() > 0 && engine.schedule.countsFromStart()) {
        size = 1;
        return; // the window may have no room for the next one
      }
    }
    if (engine.tuned) {
      nowNanos = engine.clock.nanoTime(); // its listeners may have taken long
    } else {
      adapt(nowNanos - began);
    }
  }

  /** Notes what the claim's current item is. */
  AtHand take(Claim claim) {
    AtHand at = atHand == null ? new AtHand(engine, this) : atHand;
    at.take(claim);
    atHand = at;
    return at;
  }

  /* Frees what the item at hand holds: this worker was given up, and is back. */
  private void forgetItem() {
    Ticket ticket = atHand == null ? null : atHand.ticket;
    if (ticket != null) {
      engine.waits.free(ticket);
    }
  }

  /* Few clock readings and locks for cheap items, no items behind a dear one. */
  private void adapt(long tookNanos) {
    if (tookNanos < CHEAP_NANOS) {
      size = Math.min(size * 2, Claim.MOST_CELLS);
    } else if (tookNanos > DEAR_NANOS) {
      size = 1;
    }
  }
}
