package io.millrace.executor;

import io.millrace.base.Require;

/**
 * How many tasks may wait in an executor beside those that run, and what happens to a task that comes when it is
 * full. Tasks wait for a worker, for a permit, or for their next attempt. So there are never more tasks in the
 * executor than its concurrency and this limit together, and as long as there are fewer, none is turned away.
 *
 * <p>{@code map}, {@code mapIter}, {@code invokeAll} and {@code invokeAny} wait for their tasks, and so their
 * callers wait until there is room for them, whatever the limit says. Immutable.
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
   * A task that comes when so many wait is refused: {@code submit} and {@code execute} throw a {@link
   * java.util.concurrent.RejectedExecutionException}.
   *
   * @param tasks how many may wait; at least 0
   */
  public static QueueLimit rejecting(int tasks) {
    return new QueueLimit(tasks, WhenFull.REJECT);
  }

  /**
   * Whoever comes with a task when so many wait has to wait until there is room, first come, first served. If the
   * executor is shut down meanwhile, a {@link java.util.concurrent.RejectedExecutionException} is thrown; if the
   * thread is interrupted, a {@link java.util.concurrent.CancellationException}, with the interrupt flag set.
   *
   * @param tasks how many may wait; at least 0
   */
  public static QueueLimit waiting(int tasks) {
    return new QueueLimit(tasks, WhenFull.WAIT);
  }

  /**
   * A task that comes when so many wait is dropped: its future fails with a {@link
   * java.util.concurrent.RejectedExecutionException}, and a command of {@code execute} vanishes.
   *
   * @param tasks how many may wait; at least 0
   */
  public static QueueLimit droppingNewest(int tasks) {
    return new QueueLimit(tasks, WhenFull.DROP_NEWEST);
  }

  /**
   * If so many wait when a task comes, the task that has waited longest for a worker is dropped, as {@link
   * #droppingNewest} says. If none waits for a worker, but all for permits or their next attempts, the one that comes
   * is dropped.
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
  int places(int concurrency) {
    return (int) Math.min(Integer.MAX_VALUE, (long) tasks + concurrency);
  }

  @Override
  public String toString() {
    return isNone() ? "QueueLimit[none]" : "QueueLimit[" + tasks + ", " + whenFull + "]";
  }
}
