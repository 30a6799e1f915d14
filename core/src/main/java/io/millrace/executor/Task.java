package io.millrace.executor;

import io.millrace.base.ShortWait;
import io.millrace.base.Suppressing;
import io.millrace.base.Warnings;
import io.millrace.checkpoint.CheckpointException;
import io.millrace.context.Captured;
import io.millrace.engine.terms.Tuning;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import io.millrace.time.TimeSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * What was submitted, with its future.
 *
 * <p>An attempt and a cancellation meet in {@code runner}: the attempt announces its thread, then looks
 * whether the future is over; a cancellation makes the future over, then looks for a thread. So one of them sees the other. An attempt that ends while its interrupt is being sent waits
 * for that, so that no later one gets it.
 *
 * <pre>
 *   null ---> thread ---> INTERRUPTING ---> INTERRUPTED
 *    ^          |                               |
 *    +----------+-------------------------------+   the attempt ends
 * </pre>
 */
final class Task<R extends @Nullable Object> extends Submitted implements OwnWaits.Awaited {
  private static final VarHandle RUNNER;
  private static final VarHandle CALLABLE;

  static {
    try {
      RUNNER = MethodHandles.lookup().findVarHandle(Task.class, "runner", Object.class);
      CALLABLE = MethodHandles.lookup().findVarHandle(Task.class, "callable", Callable.class);
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
  private final Captured captured;

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
   * A task with the context of the calling thread.
   *
   * @param home is told of a cancellation, so that the task need not wait for its turn
   */
  Task(Home home, Callable<? extends R> callable, Tuning tuning, TimeSource clock, boolean isPart) {
    super(tuning);
    this.isPart = isPart;
    this.future = new ExecutorFuture<>(clock, home.reference());
    this.home = home;
    this.captured = home.capture();
    this.callable = callable;
    future.belongTo(this);
  }

  @Override
  void left() {
    home.stored().end(this);
  }

  @Override
  protected boolean isUnwanted() {
    return future.isOver();
  }

  @Override
  @Nullable Object attempt() throws Exception {
    called = false;
    return begin() ? call(callable) : null;
  }

  @Override
  public boolean hasCalled() {
    return called;
  }

  private @Nullable Object call(@Nullable Callable<? extends R> function) throws Exception {
    RUNNER.setVolatile(this, Thread.currentThread());
    try {
      if (function == null || future.isOver()) {
        return null;
      }
      called = true;
      return captured.<R>call(function);
    } catch (Throwable failed) {
      thrown = failed;
      throw failed;
    } finally {
      endAttempt();
    }
  }

  @SuppressWarnings("ReferenceEquality") // a mark
  private void endAttempt() {
    if (!RUNNER.compareAndSet(this, Thread.currentThread(), null)) {
      ShortWait wait = new ShortWait();
      while (runner == Mark.INTERRUPTING) {
        wait.beforeNextLook();
      }
      runner = null;
      Thread.interrupted();
    }
  }

  /** Interrupts the attempt that runs, if one does; by whoever has marked the future as over. */
  void interrupt() {
    Object seen = runner;
    if (seen instanceof Thread thread && RUNNER.compareAndSet(this, thread, Mark.INTERRUPTING)) {
      try {
        thread.interrupt();
      } catch (Throwable broken) { // of a thread whose class has its own idea of it
        Warnings.log(Task.class, "a thread could not be interrupted", broken);
      }
      runner = Mark.INTERRUPTED;
    }
  }

  /** The task need not wait any more for its time, or a permit, and has no place from now on, unless it has begun and does not wait. */
  void withdraw() {
    callable = null;
    if (!hasBegun()) {
      leave(); // no attempt of it calls anything
    }
    home.endWait(this);
  }

  /** It need not wait for its turn. When its future is done: until then it keeps its executor from its end. */
  void leaveQueue() {
    home.feed().remove(this);
  }

  @Override
  @SuppressWarnings("unchecked")
  public void deliver(Outcome<?, ?> outcome) {
    callable = null; // before the future's dependents run, which may take long
    leave();
    switch (outcome) {
      case Success<?, ?>(var _, var value, var _) -> future.settle((R) value, outcome.restored());
      case Failure<?, ?>(var _, var error, var _) -> fail(error, outcome.restored());
      case NotRun<?, ?> _ -> notRun(thrown);
    }
  }

  /* What it threw may be of the end's own interrupt, and was not stored: the store comes first. */
  private void notRun(@Nullable Throwable threw) {
    Throwable ended = home.error();
    if (threw == null) {
      cutOff();
    } else if (ended instanceof CheckpointException) {
      if (!(threw instanceof InterruptedException)) {
        Suppressing.add(ended, threw);
      }
      cutOff();
    } else {
      fail(threw, false);
    }
  }

  @Override
  boolean hasDependents() {
    return future.getNumberOfDependents() > 0;
  }

  @Override
  void expire(TimeoutException late) {
    future.end(true, late);
  }

  @Override
  void drop(RejectedExecutionException why) {
    leave();
    future.end(false, why);
  }

  /** Whether the calling thread is in an attempt of this. */
  boolean isRunHere() {
    return runner == Thread.currentThread();
  }

  /**
   * The calling thread begins to wait for this until it is interrupted.
   *
   * @throws DeadlockException if it would never end
   */
  OwnWaits.@Nullable Wait beginWait() throws InterruptedException {
    requireAnother();
    return home.ownWaits().begin(this);
  }

  /** As {@link #beginWait}, but for a wait that no interrupt ends. */
  OwnWaits.@Nullable Wait beginJoin() {
    requireAnother();
    return home.ownWaits().beginUninterruptibly(this);
  }

  @Override
  public boolean isOver() {
    return future.isDone();
  }

  @Override
  public boolean comesOf(Set<Object> running) {
    return running.contains(this);
  }

  private void requireAnother() {
    if (isRunHere()) {
      throw DeadlockException.ofItself();
    }
  }

  @Override
  void cutOff() {
    callable = null;
    Throwable ended = home.error();
    if (ended instanceof CheckpointException) {
      fail(ended, false); // so that whoever has the future hears of the store, and what to do
    } else {
      future.settleExceptionally(cutOffBy(ended), false);
    }
  }

  /* A future takes these two for its own; inside another one they are just what the task threw. */
  private void fail(Throwable error, boolean restored) {
    boolean ambiguous =
        error instanceof CancellationException || error instanceof CompletionException;
    future.settleExceptionally(ambiguous ? new CompletionException(error) : error, restored);
  }

  /**
   * One attempt in the calling thread, if there was none: by whoever takes the function.
   *
   * @throws IllegalStateException if its outcome is to be stored, which only its executor can do
   */
  @SuppressWarnings({"unchecked", "NullAway"}) // null only where R may be
  void runHere() {
    if (tuning.identity != null) {
      throw new IllegalStateException(
          "the task with the key "
              + tuning.identity.id()
              + " has to run in an executor with a checkpoint, which stores its outcome: submit it to another one");
    }
    if (takeBack()) {
      home.withdraw(this);
      leave();
    } else if (!isTakenBack()) {
      return;
    }
    Callable<? extends R> function =
        (Callable<? extends R>) CALLABLE.getAndSet(this, (Callable<?>) null);
    if (function == null) {
      return;
    }
    try {
      future.settle((R) call(function), false);
    } catch (Throwable failed) {
      fail(failed, false);
    }
  }
}
