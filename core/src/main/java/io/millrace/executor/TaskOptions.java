package io.millrace.executor;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import io.millrace.engine.terms.Tuning;
import io.millrace.limit.WeightedSemaphore;
import io.millrace.plan.Retry;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * How to run a task: see {@link ParallelExecutor#submit(java.util.concurrent.Callable, TaskOptions)}.
 * Immutable; each method makes a changed copy, so one value serves many tasks.
 */
public final class TaskOptions {
  private static final TaskOptions NONE =
      new TaskOptions(Retry.none(), Require.NEVER, Require.NEVER, null, 0, Require.NEVER);

  private final Retry retry;
  private final Duration attemptTimeout;
  private final Duration timeout;
  private final @Nullable WeightedSemaphore semaphore;
  private final int permits;
  private final Duration deadline;
  private final Tuning tuning;

  private TaskOptions(
      Retry retry,
      Duration attemptTimeout,
      Duration timeout,
      @Nullable WeightedSemaphore semaphore,
      int permits,
      Duration deadline) {
    this.retry = retry;
    this.attemptTimeout = attemptTimeout;
    this.timeout = timeout;
    this.semaphore = semaphore;
    this.permits = permits;
    this.deadline = deadline;
    this.tuning = new Tuning(retry, attemptTimeout, timeout, semaphore, permits);
  }

  /** One attempt, no timeouts, no semaphore, no deadline. */
  public static TaskOptions none() {
    return NONE;
  }

  static TaskOptions of(Retry retry, Duration attemptTimeout, Duration timeout, Duration deadline) {
    return new TaskOptions(retry, attemptTimeout, timeout, null, 0, deadline);
  }

  /** Which failures and results to repeat. A task keeps no worker between its attempts. */
  public TaskOptions retry(Retry retry) {
    Objects.requireNonNull(retry, "retry");
    return new TaskOptions(retry, attemptTimeout, timeout, semaphore, permits, deadline);
  }

  /**
   * How long one attempt may take; then it is interrupted and fails with a {@link
   * java.util.concurrent.TimeoutException}, which may be repeated.
   *
   * @param timeout not negative; at zero nothing is called
   */
  public TaskOptions attemptTimeout(Duration timeout) {
    Require.notNegative("attemptTimeout", timeout);
    return new TaskOptions(retry, timeout, this.timeout, semaphore, permits, deadline);
  }

  /**
   * How long the task may take from its first attempt, with all its retries and the waits between.
   *
   * @param timeout not negative; at zero nothing is called
   */
  public TaskOptions timeout(Duration timeout) {
    Require.notNegative("timeout", timeout);
    return new TaskOptions(retry, attemptTimeout, timeout, semaphore, permits, deadline);
  }

  /** As {@link #semaphore(WeightedSemaphore, int)} with one permit. */
  public TaskOptions semaphore(WeightedSemaphore semaphore) {
    return semaphore(semaphore, 1);
  }

  /**
   * Each attempt takes permits of a semaphore, which others may share, and gives them back when it ends. A
   * task that waits for permits keeps no worker, and a task that backs off keeps no permits. If there is a
   * rate limit as well, the task keeps its permits while it waits for that, as long as a worker is free for
   * it.
   *
   * @param permits at least 1
   */
  public TaskOptions semaphore(WeightedSemaphore semaphore, int permits) {
    Objects.requireNonNull(semaphore, "semaphore");
    Require.atLeast("permits", permits, 1);
    return new TaskOptions(retry, attemptTimeout, timeout, semaphore, permits, deadline);
  }

  /**
   * How long after its submission the task has to end. This includes all waits: for room, for a worker, for
   * permits, between attempts. When the time is up, a task that has not begun does not begin, a running
   * attempt is interrupted, and the future fails with a {@link java.util.concurrent.TimeoutException}, at
   * once. An attempt that ignores its interrupt keeps its worker. {@link #timeout} counts from the first
   * attempt instead.
   *
   * @param deadline not negative; at zero nothing is called
   */
  public TaskOptions deadline(Duration deadline) {
    Require.notNegative("deadline", deadline);
    return new TaskOptions(retry, attemptTimeout, timeout, semaphore, permits, deadline);
  }

  Duration deadline() {
    return deadline;
  }

  Tuning tuning() {
    return tuning;
  }

  /** Whether nothing differs from {@link #none}. */
  boolean isNone() {
    return toString().equals(NONE.toString());
  }

  /** What differs from {@link #none}. */
  @Override
  public String toString() {
    return new Shown("TaskOptions")
        .option("retry", retry, NONE.retry)
        .option("attemptTimeout", attemptTimeout, NONE.attemptTimeout)
        .option("timeout", timeout, NONE.timeout)
        .option("semaphore", semaphore, null)
        .option("permits", permits, semaphore == null ? 0 : 1)
        .option("deadline", deadline, NONE.deadline)
        .toString();
  }
}
