package io.millrace.scope;

import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.base.Suppressing;
import io.millrace.context.Capturing;
import io.millrace.engine.Engine;
import io.millrace.engine.feed.TaskFeed;
import io.millrace.engine.terms.Config;
import io.millrace.plan.Context;
import io.millrace.time.TimeSource;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Tasks that belong together: each starts at once in a virtual thread, all have ended when the group's
 * block is left, and the first failure cancels the others. Thread-safe.
 *
 * {@snippet file="io/millrace/examples/ScopeExampleTest.java" region="group"}
 *
 * <p><b>Failures.</b> The first failure in time, of a task or of the block, cancels the group: all tasks
 * and the block are interrupted. When all of them have ended it is thrown as itself, also if it is a
 * checked exception, with the failures that came later as suppressed ones. What a task throws because it
 * was cancelled is no failure; what came with that, such as the exception of a failing {@code close()}, is one:
 * {@link CancelScope} says how they are told apart.
 *
 * <p><b>Cancellation.</b> The group is a {@link CancelScope} of its own, inside of the one around it, and a
 * scope in a task is inside of the group's. If the thread that runs the block is interrupted, or an outer
 * scope is cancelled, the tasks are cancelled and joined; then, if that cut anything short, the block's
 * own exception is thrown, or a {@link CancellationException} with the interrupt flag set. A task that ignores
 * its interrupt ends when it ends, and the group waits for it.
 *
 * <p><b>Context.</b> A task has the context class loader of the thread that starts it, and what a {@link Context}
 * chooses.
 *
 * <p><b>Memory consistency.</b> What a thread did before it started a task happens before the task; a task
 * happens before the group ends. Null arguments are refused with a {@link NullPointerException}.
 */
public final class TaskGroup {
  private final CancelScope scope = CancelScope.of();

  /* Written before the block runs. */
  private TimeSource clock = TimeSource.system();
  private final TaskFeed feed = new TaskFeed();
  private final Queue<Throwable> failures = new ConcurrentLinkedQueue<>();

  /** The block and the tasks that have not ended; at 0 nothing can be started any more. */
  private final AtomicLong members = new AtomicLong(1);

  private final AtomicLong started = new AtomicLong();
  private final Capturing capturing;

  /* Written by whatever is cancelled, read by the owner. */
  private volatile boolean cutShort;

  /* The owner's own: whether somebody interrupted it while it joined the tasks. */
  private boolean interrupted;

  private TaskGroup(Context context) {
    this.capturing = new Capturing(context);
  }

  /**
   * What a group does.
   *
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Block<X extends Exception> {
    /**
     * Starts tasks.
     *
     * @throws X if it fails
     */
    void run(TaskGroup group) throws X;
  }

  /**
   * What a group does, with a result.
   *
   * @param <R> the result
   * @param <X> what it may throw
   */
  @FunctionalInterface
  public interface Body<R extends @Nullable Object, X extends Exception> {
    /**
     * Starts tasks.
     *
     * @throws X if it fails
     */
    R call(TaskGroup group) throws X;
  }

  /** A task without a result. */
  @FunctionalInterface
  public interface Work {
    /**
     * Does the work.
     *
     * @throws Exception anything
     */
    void run() throws Exception;
  }

  /**
   * Runs the block in the calling thread, then waits until all tasks have ended. If the block or a task
   * cancels the group, it ends without an exception.
   *
   * @throws X what the block throws, if that is the first failure; also what a task throws
   * @throws CancellationException see above
   */
  public static <X extends Exception> void run(Block<X> block) throws X {
    run(Context.none(), block);
  }

  /**
   * As {@link #run(Block)}, for tasks that have more of the context of those who start them than the class loader.
   *
   * @param context what of it they have
   */
  public static <X extends Exception> void run(Context context, Block<X> block) throws X {
    Objects.requireNonNull(context, "context");
    Objects.requireNonNull(block, "block");
    TaskGroup.<@Nullable Object, X>all(
        context,
        group -> {
          block.run(group);
          return null;
        });
  }

  /**
   * As {@link #run(Block)}, for a result.
   *
   * @return what the block returns, which may be null
   * @throws CancellationException also if the group was cancelled by {@link #cancel} and the block threw
   *     for that, and so has no result
   */
  public static <R extends @Nullable Object, X extends Exception> R call(Body<? extends R, X> body)
      throws X {
    return TaskGroup.<R, X>call(Context.none(), body);
  }

  /**
   * As {@link #call(Body)}, for tasks that have more of the context of those who start them than the class loader.
   *
   * @param context what of it they have
   */
  public static <R extends @Nullable Object, X extends Exception> R call(
      Context context, Body<? extends R, X> body) throws X {
    Objects.requireNonNull(context, "context");
    Objects.requireNonNull(body, "body");
    Ended<R> ended = TaskGroup.<R, X>all(context, body);
    if (ended.error() != null) {
      throw cancelled("the group was cancelled before its block had a result", ended.error());
    }
    return ended.result();
  }

  private static <R extends @Nullable Object, X extends Exception> Ended<R> all(
      Context context, Body<? extends R, X> body) throws X {
    TaskGroup group = new TaskGroup(context);
    Ended<R> ended = group.scope.call(() -> group.<R>live(body)).orElseThrow();
    group.throwFailures();
    group.throwIfCutShort(ended.error());
    return ended;
  }

  /** Throws nothing: the scope around this must not take a failure for its cancellation. */
  private <R extends @Nullable Object> Ended<R> live(Body<? extends R, ?> body) {
    clock = scope.ownClock();
    Config config =
        new Config()
            .with(
                copy -> {
                  copy.concurrency = Integer.MAX_VALUE;
                  copy.window = Integer.MAX_VALUE;
                  copy.grace = Require.NEVER;
                  copy.clock = clock;
                });
    Engine running = Engine.start(config, TaskGroup::work, feed, Engine.Delivery.TO_ITEMS);
    Ended<R> ended;
    try {
      ended = new Ended<>(body.call(this), null);
    } catch (Throwable thrown) {
      ended = new Ended<>(null, thrown);
      if (note(thrown)) {
        cancel();
      }
    }
    memberEnded();
    join(running);
    return ended;
  }

  private static @Nullable Object work(@Nullable Object item) throws Exception {
    if (item instanceof GroupTask<?> task) {
      task.work();
    }
    return null;
  }

  /**
   * Starts a task. If the group is cancelled, the task does not run.
   *
   * @throws IllegalStateException if the group has ended
   */
  public <R extends @Nullable Object> Handle<R> start(Callable<? extends R> task) {
    Objects.requireNonNull(task, "task");
    return start(started.incrementAndGet(), null, task);
  }

  /** As {@link #start(Callable)}, for a task without a result. */
  public Handle<@Nullable Void> start(Work work) {
    return start(task(work));
  }

  /**
   * As {@link #start(Callable)}; while the task runs, its thread has that name.
   *
   * @param name appears in messages and in thread dumps
   */
  public <R extends @Nullable Object> Handle<R> start(String name, Callable<? extends R> task) {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(task, "task");
    return start(started.incrementAndGet(), name, task);
  }

  /** As {@link #start(String, Callable)}, for a task without a result. */
  public Handle<@Nullable Void> start(String name, Work work) {
    return start(name, task(work));
  }

  private static Callable<@Nullable Void> task(Work work) {
    Objects.requireNonNull(work, "work");
    return () -> {
      work.run();
      return null;
    };
  }

  private <R extends @Nullable Object> Handle<R> start(
      long number, @Nullable String name, Callable<? extends R> callable) {
    GroupTask<R> task = new GroupTask<>(this, number, name, capturing.now(), callable);
    if (members.getAndUpdate(count -> count == 0 ? 0 : count + 1) == 0) {
      throw new IllegalStateException(
          "the task group has ended, so "
              + task.name()
              + " cannot be started: start tasks in the group's block, or in its tasks");
    }
    if (!feed.add(task)) {
      task.cancelUnlessBegun();
    }
    return task;
  }

  /**
   * Cancels the tasks and the block; tasks that have not begun do not begin. Never blocks; does nothing if
   * the group has ended or is cancelled already.
   */
  public void cancel() {
    scope.cancel();
  }

  /** The clock that the group goes by: that of the scope around it. */
  TimeSource clock() {
    return clock;
  }

  /**
   * Notes what a member of the group threw; true if that is a failure, or if one came with the group's cancellation.
   */
  boolean note(Throwable thrown) {
    Throwable failure = thrown;
    if (scope.isReached()) {
      Ending ending = Ending.of(thrown);
      if (ending.kind().isCancellation()) {
        cutShort = true;
      }
      failure = ending.left();
    }
    return failure != null && failures.add(failure);
  }

  void memberEnded() {
    if (members.decrementAndGet() == 0) {
      feed.shut();
    }
  }

  private void join(Engine running) {
    boolean flag = false;
    for (boolean joined = false; !joined; ) {
      try {
        joined = running.awaitJoined(Long.MAX_VALUE);
      } catch (InterruptedException now) {
        flag = true;
        cancelForInterrupt();
      }
    }
    Throwable broken = running.error();
    if (broken != null) {
      failures.add(broken);
      cancel();
    }
    if (flag) {
      setOwnFlag();
    }
  }

  /** The scope must find the flag set, to know that it was somebody else. */
  private void cancelForInterrupt() {
    if (!scope.isReached()) {
      interrupted = true;
      setOwnFlag();
      cancel();
      Thread.interrupted();
    }
  }

  private static void setOwnFlag() {
    try {
      Thread.currentThread().interrupt();
    } catch (Throwable broken) {
      // a thread with an idea of its own: the group ends all the same
    }
  }

  private void throwFailures() {
    Throwable first = failures.poll();
    if (first != null) {
      for (Throwable later : failures) {
        Suppressing.add(first, later);
      }
      throw Rethrow.asIs(first);
    }
  }

  /** Throws if it was not the group itself that was cancelled. */
  private void throwIfCutShort(@Nullable Throwable ofBlock) {
    if (interrupted || scope.outerIsReached()) {
      if (ofBlock != null) {
        throw Rethrow.asIs(ofBlock);
      }
      if (cutShort) {
        throw cancelled("cancelled while waiting for the tasks of the group", null);
      }
    }
  }

  static CancellationException cancelled(String message, @Nullable Throwable cause) {
    CancellationException cancelled = new CancellationException(message);
    if (cause != null) {
      cancelled.initCause(cause);
    }
    return cancelled;
  }
}
