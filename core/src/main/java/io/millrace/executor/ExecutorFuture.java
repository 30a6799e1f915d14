package io.millrace.executor;

import io.millrace.base.Rethrow;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.thread.FutureWait;
import io.millrace.time.TimeSource;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The future of a task. It composes as every {@link CompletableFuture} does; but {@link #cancel} with {@code
 * true} interrupts the task, so a task that blocks ends at once.
 *
 * <p>Completing it by other means ({@code complete}, {@code orTimeout}) keeps the task from starting, but does
 * not end a task that runs. A {@link CancellationException} that the task itself throws is a failure like any
 * other; it does not make the future a cancelled one.
 *
 * <p>Dependent stages that are not asynchronous, such as those of {@code thenApply}, run in the worker that ends the
 * task, which takes no other task meanwhile. If the task has ended already, they run in the thread that makes them;
 * if its deadline ended it, they run in a thread of the library, which runs the stages of many tasks one after
 * another. Those of {@code thenApplyAsync} and the like run in the task's executor: see {@link #defaultExecutor}.
 *
 * @param <R> the value
 */
public final class ExecutorFuture<R extends @Nullable Object> extends StagedFuture<R>
    implements RunnableFuture<R> {
  private static final VarHandle TASK;

  static {
    try {
      TASK = MethodHandles.lookup().findVarHandle(ExecutorFuture.class, "task", Object.class);
    } catch (ReflectiveOperationException impossible) {
      throw new ExceptionInInitializerError(impossible);
    }
  }

  /*
   * The task, written before the future is seen by anybody else. A cancellation puts its exception in its place,
   * so that the task cannot settle any more, sends its interrupt and then completes the future: so what depends on
   * that runs after the interrupt. A task that would settle meanwhile has got its interrupt, or gets none, and
   * completes the future in the same way: so it is done whenever the task has ended. Null afterwards.
   */
  private volatile @Nullable Object task;

  /* A virtual clock knows of who waits for this; null in real time, where nobody needs to. */
  private final @Nullable FutureWait virtualWait;

  private final TimeSource clock;

  /* Written before the future is completed, read after that. */
  private boolean isRestored;

  ExecutorFuture(TimeSource clock, WeakReference<Home> home) {
    super(home);
    this.clock = clock;
    this.virtualWait = FutureWait.of(this, clock);
  }

  void belongTo(Task<R> itsTask) {
    task = itsTask;
  }

  @SuppressWarnings("unchecked")
  private @Nullable Task<R> task() {
    return task instanceof Task<?> itsTask ? (Task<R>) itsTask : null;
  }

  /** Whether it is done, or somebody is about to complete it. */
  boolean isOver() {
    return task() == null || isDone();
  }

  /**
   * Cancels the task, unless it is done. Stages that depend on this one run after the interrupt was sent.
   *
   * @param mayInterruptIfRunning whether a running attempt is interrupted; if not, it runs on and its
   *     result is dropped
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    end(mayInterruptIfRunning, new CancellationException());
    return isCancelled();
  }

  /** Ends the task, unless it is done, and then completes the future with the error. */
  void end(boolean interrupt, Throwable error) {
    Task<R> itsTask = isDone() ? null : task();
    if (itsTask == null || !TASK.compareAndSet(this, (Object) itsTask, (Object) error)) {
      super.completeExceptionally(error); // a second cancellation sends nothing
      return;
    }
    if (interrupt) {
      itsTask.interrupt();
    }
    try {
      itsTask.withdraw(); // first: whoever sees that it is done finds its place free
    } finally {
      super.completeExceptionally(error);
      task = null;
      itsTask.leaveQueue();
    }
  }

  /** By the task, when no attempt of it goes on. */
  void settle(R value, boolean restored) {
    if (takeTask()) {
      isRestored = restored;
      super.complete(value);
    }
  }

  /** By the task, when no attempt of it goes on. */
  void settleExceptionally(Throwable error, boolean restored) {
    if (takeTask()) {
      isRestored = restored;
      super.completeExceptionally(error);
    }
  }

  /* False if a cancellation was first: then that counts. */
  private boolean takeTask() {
    Object seen = TASK.getAndSet(this, (Object) null);
    if (seen instanceof Throwable cancelled) {
      super.completeExceptionally(cancelled);
    }
    return seen instanceof Task<?>;
  }

  /**
   * Runs the task in the calling thread, once, if no worker has begun it: for tasks that {@link
   * ParallelExecutor#shutdownNow} has returned. The executor's limits, timeouts and retries do not hold
   * for this. Does nothing if the task was begun or this future is done.
   *
   * @throws IllegalStateException for a task with a key: only an executor with a checkpoint can store its outcome
   */
  @Override
  public void run() {
    Task<R> itsTask = task();
    if (itsTask != null) {
      itsTask.runHere();
    }
  }

  @Override
  public boolean complete(R value) {
    return withdrawIf(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable error) {
    return withdrawIf(super.completeExceptionally(error));
  }

  /**
   * Completes it with a value that is not computed in the task's executor, because that executor may be busy
   * with the very task that is replaced.
   */
  @Override
  public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier) {
    return completeAsync(supplier, platformExecutor());
  }

  @Override
  @SuppressWarnings("FutureReturnValueIgnored") // it is this one
  public CompletableFuture<R> completeAsync(Supplier<? extends R> supplier, Executor executor) {
    super.completeAsync(supplier, executor);
    FutureWaits.whenDone(this, () -> withdrawIf(true));
    return this;
  }

  @Override
  public void obtrudeValue(R value) {
    super.obtrudeValue(value);
    withdrawIf(true);
  }

  @Override
  public void obtrudeException(Throwable error) {
    super.obtrudeException(error);
    withdrawIf(true);
  }

  /* Somebody else has completed the future: the task need not run any more. */
  private boolean withdrawIf(boolean done) {
    Task<R> itsTask = done ? task() : null;
    if (itsTask != null && TASK.compareAndSet(this, (Object) itsTask, (Object) null)) {
      itsTask.withdraw();
      itsTask.leaveQueue();
    }
    return done;
  }

  /**
   * Dependent stages are plain: cancelling one does not reach this task. Their asynchronous stages run as those of
   * this one.
   */
  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new Dependent<>(home());
  }

  /**
   * What runs asynchronous stages such as {@code thenApplyAsync} if they name no executor: the executor of the task,
   * as commands that its queue limit does not count, with the context of the thread that makes the stage. A stage
   * that is due after the shutdown runs in the worker that has ended the task; of a long chain, the later ones run in the
   * executor that {@link CompletableFuture} has by default. A stage that still waits for a worker
   * is cancelled when the executor is stopped, or shut down together with what waits. A stage that is not run for
   * another reason, such as a timeout, fails with that.
   */
  @Override
  public Executor defaultExecutor() {
    return super.defaultExecutor();
  }

  /** Whether it is a future of this executor. */
  boolean isOf(Home other) {
    return home().refersTo(other);
  }

  /** Whether it is of a task that the calling thread runs. */
  static boolean isRunHere(Object future) {
    if (future instanceof ExecutorFuture<?> own) {
      Task<?> itsTask = own.task();
      return itsTask != null && itsTask.isRunHere();
    }
    return false;
  }

  /** Whether it is of one of these tasks. */
  static boolean isOfAny(Set<Object> tasks, Object future) {
    Task<?> itsTask = future instanceof ExecutorFuture<?> own ? own.task() : null;
    return itsTask != null && tasks.contains(itsTask);
  }

  private OwnWaits.@Nullable Wait beginWait() throws InterruptedException {
    Task<R> itsTask = isDone() ? null : task();
    return itsTask == null ? null : itsTask.beginWait();
  }

  private OwnWaits.@Nullable Wait beginJoin() {
    Task<R> itsTask = isDone() ? null : task();
    return itsTask == null ? null : itsTask.beginJoin();
  }

  /** The clock that it goes by. */
  TimeSource clock() {
    return clock;
  }

  /**
   * Waits for the value.
   *
   * @throws DeadlockException as {@link #result()}
   */
  @Override
  public R get() throws InterruptedException, ExecutionException {
    try (OwnWaits.Wait _ = beginWait()) {
      if (virtualWait != null) {
        virtualWait.await(Long.MAX_VALUE);
      } else {
        Wakeup.spin(this);
      }
      return super.get();
    }
  }

  /** Waits for the value, but for no longer than this, by the executor's clock. */
  @Override
  public R get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (unit.toNanos(timeout) == Long.MAX_VALUE) {
      return get();
    }
    if (virtualWait == null) {
      if (timeout > 0) {
        Wakeup.spin(this);
      }
      return super.get(timeout, unit);
    }
    if (!virtualWait.await(unit.toNanos(timeout))) {
      throw new TimeoutException();
    }
    return super.get();
  }

  /**
   * Waits for the value.
   *
   * @throws DeadlockException as {@link #result()}
   */
  @Override
  public R join() {
    try (OwnWaits.Wait _ = beginJoin()) {
      if (virtualWait != null) {
        virtualWait.awaitUninterruptibly();
      } else {
        Wakeup.spin(this);
      }
      return super.join();
    }
  }

  /**
   * Waits for the value.
   *
   * @throws CancellationException if the task was cancelled; {@link #isCancelled} is false if it threw that
   * @throws InterruptedException if the calling thread is interrupted; the task goes on
   * @throws ExecutionException with an {@code InterruptedException} that the task threw as its cause
   * @throws DeadlockException if the calling thread is a worker of the task's executor, and all other workers
   *     wait for tasks of that executor as well, so that none is left to run this one; or if a task waits for
   *     itself
   * @throws Exception what else the task threw, itself and not a wrapper
   */
  public R result() throws Exception {
    try {
      return get();
    } catch (CancellationException cancelled) {
      throw thrown(cancelled);
    } catch (ExecutionException failed) {
      throw Rethrow.taskError(failed, InterruptedException.class);
    }
  }

  /**
   * Waits for the value, but not for longer than this; the value of a task that is done is returned
   * also at zero.
   *
   * @param timeout not negative; by the executor's clock
   * @throws TimeoutException if the time is up: the task goes on
   * @throws ExecutionException with a {@code TimeoutException} or {@code InterruptedException} that the task
   *     threw, or that its own timeouts threw, as its cause
   * @throws Exception as {@link #result()}
   */
  public R result(Duration timeout) throws Exception {
    try {
      return get(FutureWaits.nanos(timeout), TimeUnit.NANOSECONDS);
    } catch (TimeoutException late) {
      throw new TimeoutException("the task is not done within " + timeout + "; it goes on");
    } catch (CancellationException cancelled) {
      throw thrown(cancelled);
    } catch (ExecutionException failed) {
      throw Rethrow.taskError(failed, TimeoutException.class, InterruptedException.class);
    }
  }

  /* The JDK throws another one, with a text of its own, of which the first is the cause. */
  private static CancellationException thrown(CancellationException cancelled) {
    return cancelled.getCause() instanceof CancellationException first ? first : cancelled;
  }

  /**
   * Waits until the task has ended. Never throws what the task threw.
   *
   * @return this
   * @throws InterruptedException if the calling thread is interrupted; the task goes on
   * @throws DeadlockException as {@link #result()}
   */
  public ExecutorFuture<R> await() throws InterruptedException {
    try {
      get();
    } catch (ExecutionException | CancellationException asked) {
      // whoever wants to know asks for the result
    }
    return this;
  }

  /**
   * Whether the value, or the final failure, came from the executor's checkpoint in place of a call. False if the task is
   * not done, or somebody else has completed this.
   */
  public boolean restored() {
    return isDone() && isRestored;
  }

  /** What the task threw; empty if it succeeded, was cancelled, or is not done. */
  public Optional<Throwable> exception() {
    return state() == State.FAILED ? Optional.of(exceptionNow()) : Optional.empty();
  }
}
