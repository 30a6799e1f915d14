package io.millrace.executor;

import io.millrace.base.Warnings;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.terms.Tuning;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.time.Clock;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
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

  /* The attempt's own: whether it has called the function, and not found it cancelled before. */
  private boolean called;

  private enum Mark {
    INTERRUPTING,
    INTERRUPTED
  }

  private final Home home;

  /* Null when the future is done, or about to be: whoever keeps that does not keep the function. */
  private volatile @Nullable Callable<? extends R> callable;

  final ExecutorFuture<R> future;

  /** Whether it is part of a call that waits for it, and nobody else has its future. */
  final boolean isPart;

  /* Written by the attempt's thread and by whoever cancels. */
  @SuppressWarnings("unused")
  private volatile @Nullable Object runner;

  /* Written by an attempt, read when its outcome comes. */
  private @Nullable Throwable thrown;

  /**
   * A task.
   *
   * @param home is told of a cancellation, so that the task need not wait for its turn
   */
  Task(Home home, Callable<? extends R> callable, Tuning tuning, Clock clock, boolean isPart) {
    super(tuning);
    this.isPart = isPart;
    this.future = new ExecutorFuture<>(clock);
    this.home = home;
    this.callable = callable;
    future.belongTo(this);
  }

  @Override
  protected boolean isUnwanted() {
    return future.isDone();
  }

  @Override
  public @Nullable Object attempt() throws Exception {
    called = false;
    return begin() ? call() : null;
  }

  @Override
  public boolean hasCalled() {
    return called;
  }

  private @Nullable Object call() throws Exception {
    RUNNER.setVolatile(this, Thread.currentThread());
    try {
      Callable<? extends R> function = callable;
      if (function == null || future.isDone()) {
        return null;
      }
      called = true;
      return function.call();
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
      try {
        thread.interrupt();
      } catch (Throwable broken) { // of a thread whose class has its own idea of it
        Warnings.log(Task.class, "a thread could not be interrupted", broken);
      }
      runner = Mark.INTERRUPTED;
    }
    withdraw();
  }

  /** The task need not wait any more for its turn, its time, or a permit. */
  void withdraw() {
    callable = null;
    home.withdraw(this);
  }

  @Override
  @SuppressWarnings("unchecked")
  public void deliver(Outcome<?, ?> outcome) {
    callable = null; // before the future's dependents run, which may take long
    switch (outcome) {
      case Success<?, ?>(var _, var value, var _) -> future.settle((R) value);
      case Failure<?, ?>(var _, var error, var _) -> fail(error);
      case NotRun<?, ?> _ when thrown != null -> fail(thrown);
      case NotRun<?, ?> _ -> cutOff();
    }
  }

  /** The executor ended before the task did. */
  void cutOff() {
    callable = null;
    CancellationException cancelled =
        new CancellationException(
            "the executor was shut down, or stopped, before the task was done");
    cancelled.initCause(home.error());
    future.settleExceptionally(cancelled);
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
    callable = null; // not before: another thread may run this as well
  }
}
