package io.millrace.executor;

import io.millrace.engine.Tuned;
import io.millrace.engine.Tuning;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What was submitted, with its future.
 *
 * <p>An attempt and a cancellation meet in {@code runner}: the attempt announces its thread, then looks
 * whether the future is done; a cancellation makes the future done, then looks for a thread. So one of
 * them sees the other. An attempt that ends while its interrupt is being sent waits for that, so that no
 * later one gets it.
 *
 * <pre>
 *   null ---> thread ---> INTERRUPTING ---> INTERRUPTED
 *    ^          |                               |
 *    +----------+-------------------------------+   the attempt ends
 * </pre>
 */
final class Task<R extends @Nullable Object> extends Tuned implements Runnable, Executable {
  private static final VarHandle RUNNER;

  static {
    try {
      RUNNER = MethodHandles.lookup().findVarHandle(Task.class, "runner", Object.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  private enum Mark {
    INTERRUPTING,
    INTERRUPTED
  }

  private final Consumer<? super Tuned> withdrawing;
  private final Callable<? extends R> callable;
  final ExecutorFuture<R> future = new ExecutorFuture<>();

  /* Written by the attempt's thread and by whoever cancels. */
  @SuppressWarnings("unused")
  private volatile @Nullable Object runner;

  /* Written by an attempt, read when its outcome comes. */
  private @Nullable Throwable thrown;

  /**
   * A task.
   *
   * @param withdrawing is told of a cancellation, so that the task need not wait for its turn
   */
  Task(Consumer<? super Tuned> withdrawing, Callable<? extends R> callable, Tuning tuning) {
    super(tuning);
    this.withdrawing = withdrawing;
    this.callable = callable;
    future.belongTo(this);
  }

  @Override
  protected boolean isUnwanted() {
    return future.isDone();
  }

  @Override
  public @Nullable Object attempt() throws Exception {
    return begin() ? call() : null;
  }

  private @Nullable Object call() throws Exception {
    RUNNER.setVolatile(this, Thread.currentThread());
    try {
      return future.isDone() ? null : callable.call();
    } catch (Throwable failed) {
      thrown = failed;
      throw failed;
    } finally {
      endAttempt();
    }
  }

  @SuppressWarnings({"ThreadPriorityCheck", "ReferenceEquality"}) // for one thread, for a moment
  private void endAttempt() {
    if (!RUNNER.compareAndSet(this, Thread.currentThread(), null)) {
      while (runner == Mark.INTERRUPTING) {
        Thread.yield();
      }
      runner = null;
      Thread.interrupted();
    }
  }

  void cancelled(boolean interrupt) {
    Object seen = runner;
    if (interrupt
        && seen instanceof Thread thread
        && RUNNER.compareAndSet(this, thread, Mark.INTERRUPTING)) {
      thread.interrupt();
      runner = Mark.INTERRUPTED;
    }
    withdraw();
  }

  /** The task need not wait any more for its time, or a permit. */
  void withdraw() {
    withdrawing.accept(this);
  }

  @Override
  @SuppressWarnings("unchecked")
  protected void deliver(Outcome<?, ?> outcome) {
    switch (outcome) {
      case Success<?, ?>(var _, var value, var _) -> future.settle((R) value);
      case Failure<?, ?>(var _, var error, var _) -> fail(error);
      case NotRun<?, ?> _ when thrown != null -> fail(thrown);
      case NotRun<?, ?> _ -> cutOff();
    }
  }

  /** The executor ended before the task did. */
  void cutOff() {
    future.settleExceptionally(
        new CancellationException(
            "the executor was shut down, or stopped, before the task was done"));
  }

  /* A future takes these two for its own; inside another one they are just what the task threw. */
  private void fail(Throwable error) {
    boolean ambiguous =
        error instanceof CancellationException || error instanceof CompletionException;
    future.settleExceptionally(ambiguous ? new CompletionException(error) : error);
  }

  /** For tasks that {@code shutdownNow} gave back: one attempt, in the calling thread. */
  @Override
  @SuppressWarnings({"unchecked", "NullAway"}) // null only where R may be
  public void run() {
    if (future.isDone()) {
      return;
    }
    try {
      future.settle((R) call());
    } catch (Throwable failed) {
      fail(failed);
    }
  }
}
