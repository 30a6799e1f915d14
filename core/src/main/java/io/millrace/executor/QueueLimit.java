package io.millrace.executor;

import io.millrace.base.Require;

/**
 * How many tasks may wait in an executor beside those that run, and what happens to a task that is submitted
 * when the queue is full. Tasks wait for a worker, for a permit, or for their next attempt. So an executor
 * never has more tasks than its concurrency and this limit together, and refuses none while it has fewer.
 *
 * <p>{@code map}, {@code mapIter}, {@code invokeAll} and {@code invokeAny} wait for their tasks anyway, so
 * they wait until there is room for them, whatever the limit says. Immutable.
 */
public final class QueueLimit {
  private static final QueueLimit UNLIMITED = new QueueLimit(Integer.MAX_VALUE, WhenFull.REJECT);

  /** What happens to a task that comes when the executor is full. */
  enum WhenFull {
    REJECT,
    WAIT,
    DROP_NEWEST,
    DROP_OLDEST
  }

  private final int tasks;
  private final WhenFull whenFull;

  private QueueLimit(int tasks, WhenFull whenFull) {
    this.tasks = Require.atLeast("tasks", tasks, 0);
    this.whenFull = whenFull;
  }

  /** Any number of tasks may wait: the default. */
  public static QueueLimit unlimited() {
    return UNLIMITED;
  }

  /**
   * A task that is submitted when the queue is full is refused: {@code submit} and {@code execute} throw a
   * {@link java.util.concurrent.RejectedExecutionException}.
   *
   * @param tasks how many may wait; at least 0
   */
  public static QueueLimit rejecting(int tasks) {
    return new QueueLimit(tasks, WhenFull.REJECT);
  }

  /**
   * A caller that submits a task when the queue is full waits until there is room, first come, first served.
   * If the executor is shut down or stopped meanwhile, a {@link java.util.concurrent.RejectedExecutionException} is
   * thrown; if the thread is interrupted, a {@link java.util.concurrent.CancellationException}, with the
   * interrupt flag set.
   *
   * @param tasks how many may wait; at least 0
   */
  public static QueueLimit waiting(int tasks) {
    return new QueueLimit(tasks, WhenFull.WAIT);
  }

  /**
   * A task that is submitted when the queue is full is dropped: its future fails with a {@link
   * java.util.concurrent.RejectedExecutionException}. A command that was given to {@code execute} is dropped
   * without notice.
   *
   * @param tasks how many may wait; at least 0
   */
  public static QueueLimit droppingNewest(int tasks) {
    return new QueueLimit(tasks, WhenFull.DROP_NEWEST);
  }

  /**
   * If a task is submitted when the queue is full, the task that has waited longest for a worker is dropped,
   * as {@link #droppingNewest} says. If no task waits for a worker, because all wait for permits or for their
   * next attempts, the submitted task is dropped.
   *
   * @param tasks how many may wait; at least 0
   */
  public static QueueLimit droppingOldest(int tasks) {
    return new QueueLimit(tasks, WhenFull.DROP_OLDEST);
  }

  boolean isNone() {
    return tasks == Integer.MAX_VALUE;
  }

  WhenFull whenFull() {
    return whenFull;
  }

  /** How many tasks may run or wait. */
  long places(int concurrency) {
    return (long) tasks + concurrency;
  }

  @Override
  public String toString() {
    return isNone() ? "QueueLimit[none]" : "QueueLimit[" + tasks + ", " + whenFull + "]";
  }
}
