package io.millrace.pool;

import io.millrace.Parallel;
import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.engine.terms.Surrounding;
import io.millrace.executor.ExecutorFuture;
import io.millrace.executor.ParallelExecutor;
import io.millrace.plan.Workers;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A pool that starts when it is first used. Two serve the whole process: {@link #io} for tasks that wait, and
 * {@link #cpu} for tasks that compute.
 *
 * {@snippet file="io/millrace/examples/WorkExampleTest.java" region="pools"}
 *
 * <p>It bounds how many tasks run at once. Other tasks wait in a queue without bound, first come, first
 * served, and without a thread for each. Threads exist only while there is work.
 *
 * <p><b>Starting again.</b> After {@link #shutdown} the pool is as it was in the beginning: it can be
 * configured, and the next use starts it. So no user of a shared pool can end it for the others. Tasks that
 * were submitted before the shutdown run to their end beside new ones, so for a while more tasks may run than
 * the pool allows.
 *
 * <p>Thread-safe. Null arguments are refused with a {@link NullPointerException}.
 */
public final class WorkPool {
  private static final int IO_WORKERS = 1024;

  /* A pool that is shut down just when a task comes starts again for it, unless that happens again and again. */
  private static final int MOST_STARTS = 10;

  private static final WorkPool IO = new WorkPool(Parallel.of(IO_WORKERS));
  private static final WorkPool CPU =
      new WorkPool(Parallel.of(cores()).workers(Workers.platform()));

  private final Parallel defaults;
  private final ReentrantLock lock = new ReentrantLock();

  /* Guarded by the lock: using the pool races with configuring it and with its shutdown. */
  private @Nullable Parallel configured;
  private @Nullable ParallelExecutor executor;

  private WorkPool(Parallel defaults) {
    this.defaults = defaults;
  }

  /** For tasks that all start at once. */
  static WorkPool unbounded() {
    return new WorkPool(Parallel.of(Integer.MAX_VALUE));
  }

  /** For tasks that wait: virtual threads, at most 1024 unless configured. */
  public static WorkPool io() {
    return IO;
  }

  /** For tasks that compute: platform threads, as many as {@link #cores} unless configured. */
  public static WorkPool cpu() {
    return CPU;
  }

  /**
   * A pool of your own, which runs its tasks as a {@code Parallel} says.
   *
   * @throws IllegalArgumentException for an option that means nothing for tasks: see {@link
   *     ParallelExecutor#of(Parallel)}
   */
  public static WorkPool of(Parallel parallel) {
    if (ConfigAccess.configOf(Objects.requireNonNull(parallel, "parallel")).checkpoint != null) {
      throw new IllegalArgumentException(
          "a work pool has no checkpoint, which only one executor at a time can have: use ParallelExecutor.of");
    }
    ParallelExecutor.of(parallel).shutdown(); // refuses here what would be refused at the first use
    return new WorkPool(parallel);
  }

  /** How many processors there are. */
  public static int cores() {
    return Runtime.getRuntime().availableProcessors();
  }

  /**
   * Sets how many tasks may run at once, before the pool is first used.
   *
   * @param maxWorkers at least 1
   * @throws IllegalStateException if the pool was started, or configured, and not shut down since
   */
  public void configure(int maxWorkers) {
    Require.atLeast("maxWorkers", maxWorkers, 1);
    lock.lock();
    try {
      forgetEnded();
      if (executor != null || configured != null) {
        throw new IllegalStateException(
            "the pool was "
                + (executor != null ? "started" : "configured")
                + " already: shut it down before it is configured");
      }
      configured = defaults.concurrency(maxWorkers);
    } finally {
      lock.unlock();
    }
  }

  /** Whether the pool was used, and not shut down since. */
  public boolean started() {
    lock.lock();
    try {
      forgetEnded();
      return executor != null;
    } finally {
      lock.unlock();
    }
  }

  /* Whoever has the executor can shut it down, too, and options can end it: the pool is as in the beginning. */
  private void forgetEnded() {
    if (executor != null && executor.isShutdown()) {
      executor = null;
      configured = null;
    }
  }

  /**
   * The executor of the pool, for everything else it can do; starts the pool. After the pool's shutdown
   * this executor takes no more tasks. Whoever shuts the executor down shuts down the pool, and the next use
   * of the pool starts another executor.
   */
  public ParallelExecutor executor() {
    for (; ; ) {
      Parallel parallel;
      lock.lock();
      try {
        forgetEnded();
        if (executor != null) {
          return executor;
        }
        parallel = configured == null ? defaults : configured;
      } finally {
        lock.unlock();
      }
      ParallelExecutor made = Surrounding.outside(() -> ParallelExecutor.of(parallel));
      if (start(made, parallel)) {
        return made;
      }
      made.shutdown();
    }
  }

  /* False if somebody else was first, or has configured the pool meanwhile. */
  private boolean start(ParallelExecutor made, Parallel parallel) {
    lock.lock();
    try {
      boolean isCurrent = parallel == (configured == null ? defaults : configured);
      boolean isFirst = executor == null && isCurrent;
      executor = isFirst ? made : executor;
      return isFirst;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Runs a task when its turn comes; starts the pool.
   *
   * @return keeps what the task threw until it is asked for
   */
  public <R extends @Nullable Object> ExecutorFuture<R> submit(Callable<R> task) {
    Objects.requireNonNull(task, "task");
    for (int attempt = 1; ; attempt++) {
      try {
        return executor().submit(task);
      } catch (RejectedExecutionException refused) {
        if (attempt == MOST_STARTS) {
          throw refused; // its options end each executor at once
        } // else it was shut down in between, and starts again
      }
    }
  }

  /**
   * Shuts the pool down, if it was started: submitted tasks are still run, and the next task starts the pool
   * again. Does not wait.
   */
  public void shutdown() {
    ParallelExecutor running = take();
    if (running != null) {
      running.shutdown();
    }
  }

  /**
   * Shuts the pool down as {@link #shutdown} does, and waits until its tasks are done.
   *
   * @throws InterruptedException if the thread is interrupted while it waits; the shutdown stands
   * @throws io.millrace.executor.DeadlockException after the shutdown, if a task of the pool calls this: it would wait for itself
   */
  public void shutdownAndWait() throws InterruptedException {
    ParallelExecutor running = take();
    if (running != null) {
      running.shutdown();
      running.awaitTermination(Long.MAX_VALUE, TimeUnit.NANOSECONDS);
    }
  }

  private @Nullable ParallelExecutor take() {
    lock.lock();
    try {
      ParallelExecutor running = executor;
      executor = null;
      configured = null;
      return running;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String toString() {
    Parallel parallel;
    ParallelExecutor running;
    lock.lock();
    try {
      parallel = configured == null ? defaults : configured;
      running = executor;
    } finally {
      lock.unlock();
    }
    return new Shown("WorkPool")
        .part(parallel)
        .part(running == null ? "not started" : running)
        .toString();
  }
}
