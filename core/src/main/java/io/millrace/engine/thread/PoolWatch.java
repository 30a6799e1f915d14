package io.millrace.engine.thread;

import io.millrace.time.TimeSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Gives workers to an executor, and gives them again if they do not begin: an executor that was shut down
 * may have dropped them without a word, and then says so when it is asked once more. A worker begins once,
 * however often it was given. An executor may block, so workers are given by virtual threads, or by platform threads if
 * those get no carrier: the executor needs none. Thread-safe.
 */
public final class PoolWatch {
  private static final Deputies GIVING = new Deputies();

  /** How long a virtual thread may wait for a carrier before a platform thread gives the worker. */
  private static final long CARRIER_NANOS = 10_000_000;

  private static final long FIRST_LOOK_NANOS = 200_000_000;
  private static final long MOST_LOOK_NANOS = 10_000_000_000L;

  /** How long an executor may refuse what it may have already, while no worker is at work. */
  private static final long PATIENCE_NANOS = 1_000_000_000;

  private final TimeSource clock;
  private final Refusals refusals;
  private final Alarm alarm = new Alarm(TimeSource.system(), this::look);

  /* Workers that have not begun, as far as is known. */
  private final Queue<Handed> handed = new ConcurrentLinkedQueue<>();

  private volatile boolean isStopped;

  /** Hears that a worker will not be run. */
  public interface Refusals {
    void refused(int generation, Throwable why);

    /** Whether no worker of the run is at work. */
    boolean isNobodyActive();
  }

  public PoolWatch(TimeSource clock, Refusals refusals) {
    this.clock = clock;
    this.refusals = refusals;
  }

  /** Has a worker given to an executor, which may block, or even run it in the thread that gives it. Throws if there is no thread. */
  public void handOver(Runnable worker, int generation, Executor executor) {
    Handed one = new Handed(worker, generation, executor, refusals);
    handed.add(one);
    try {
      Threads.startVirtual(one::giveFirst);
    } catch (Throwable noThread) {
      if (one.drop()) { // else the run is over
        throw noThread;
      }
    }
    if (isStopped) {
      dropAll();
    } else {
      set(CARRIER_NANOS);
    }
  }

  private void set(long nanos) {
    Mishaps.survive(() -> alarm.at(System.nanoTime() + nanos));
  }

  private void look() {
    handed.removeIf(one -> !one.isWaiting());
    long soonest = Long.MAX_VALUE;
    for (Handed one : handed) {
      soonest = Math.min(soonest, one.look(System.nanoTime()));
    }
    if (soonest != Long.MAX_VALUE) {
      set(soonest);
    }
  }

  /** The run is over: what is left with the executor holds nothing of it. */
  public void stop() {
    isStopped = true; // then what was added is dropped, and who adds later sees this
    alarm.cancel();
    dropAll();
  }

  private void dropAll() {
    for (Handed one = handed.poll(); one != null; one = handed.poll()) {
      if (one.drop()) {
        Mishaps.survive(clock::exit); // it was announced, and will not run
      }
    }
  }

  /** A worker that was given to an executor, which may keep this long after the run is over. */
  private static final class Handed implements Runnable {
    private final int generation;
    private final Executor executor;

    /* Null once it is taken: whoever takes it runs the worker, or says that it will not run. */
    private final AtomicReference<@Nullable Part> part;

    /* Set by whoever gives it for the first time. */
    private final AtomicBoolean isGiven = new AtomicBoolean();

    /* Whether somebody gives it now, or is about to for the first time. That may block, and then it is not given once more
     * meanwhile. */
    private final AtomicBoolean isBeingGiven = new AtomicBoolean(true);

    /* The alarm's own. */
    private long nextNanos = System.nanoTime() + CARRIER_NANOS;
    private long stepNanos = CARRIER_NANOS;

    /* Since when the executor refuses what it was given before; 0 if it does not. By one thread at a time. */
    private volatile long refusedSinceNanos;

    /* What it holds of the run. */
    private record Part(Runnable worker, Refusals refusals) {}

    Handed(Runnable worker, int generation, Executor executor, Refusals refusals) {
      this.part = new AtomicReference<>(new Part(worker, refusals));
      this.generation = generation;
      this.executor = executor;
    }

    boolean isWaiting() {
      return part.get() != null;
    }

    /** False if it was taken before. */
    boolean drop() {
      return part.getAndSet(null) != null;
    }

    @Override
    public void run() {
      Part taken = part.getAndSet(null);
      if (taken != null) {
        taken.worker.run();
      }
    }

    /* Two threads may come for that. */
    private void giveFirst() {
      if (!isGiven.compareAndSet(false, true)) {
        return;
      }
      try {
        if (isWaiting()) {
          executor.execute(this);
        }
      } catch (Throwable broken) {
        refuse(broken);
      } finally {
        isBeingGiven.set(false);
      }
    }

    private void giveAgain() {
      try {
        if (isWaiting() && !isInQueue()) {
          giveOnceMore();
        }
      } finally {
        isBeingGiven.set(false);
      }
    }

    private void giveOnceMore() {
      try {
        executor.execute(this);
        refusedSinceNanos = 0;
      } catch (Throwable broken) {
        long now = System.nanoTime();
        refusedSinceNanos = refusedSinceNanos == 0 ? now : refusedSinceNanos;
        if (isLost(now - refusedSinceNanos >= PATIENCE_NANOS)) {
          refuse(broken);
        }
      }
    }

    private boolean isInQueue() {
      return executor instanceof ThreadPoolExecutor pool && pool.getQueue().contains(this);
    }

    /* A pool that refuses may have the worker already, unless it was shut down since. */
    private boolean isLost(boolean isImpatient) {
      if (executor instanceof ExecutorService pool) {
        return pool.isShutdown();
      }
      Part given = part.get();
      return isImpatient && given != null && given.refusals.isNobodyActive();
    }

    private void refuse(Throwable broken) {
      Part refused = part.getAndSet(null);
      if (refused != null) {
        refused.refusals.refused(generation, broken);
      }
    }

    /* The executor is somebody's code: it must not hold up the thread of all timers. */
    long look(long now) {
      if (nextNanos - now <= 0) {
        if (!isGiven.get()) {
          GIVING.run(this::giveFirst);
        } else if (stepNanos > CARRIER_NANOS && isBeingGiven.compareAndSet(false, true)) {
          GIVING.run(this::giveAgain);
        }
        stepNanos = Math.clamp(2 * stepNanos, FIRST_LOOK_NANOS, MOST_LOOK_NANOS);
        nextNanos = now + stepNanos;
      }
      return Math.max(nextNanos - now, 1);
    }
  }
}
