package io.millrace.executor;

import io.millrace.base.Rethrow;
import io.millrace.engine.thread.FutureWait;
import io.millrace.time.Clock;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The future of a task. It composes as every {@link CompletableFuture} does; but {@link #cancel} with
 * {@code true} interrupts the task, and a task that waits for something ends at once.
 *
 * <p>Completing it by other means ({@code complete}, {@code orTimeout}) keeps the task from starting,
 * but not from going on. A {@link CancellationException} that the task itself throws is a failure like
 * any other; it does not make the future a cancelled one.
 *
 * @param <R> the value
 */
public final class ExecutorFuture<R extends @Nullable Object> extends CompletableFuture<R> {
  /*
   * Written before the future is seen by anybody else; null again when it is done, or its task is about to
   * settle it: then there is nothing left to interrupt.
   */
  private volatile @Nullable Task<R> task;

  /* A virtual clock knows of who waits for this; null in real time, where nobody needs to. */
  private final @Nullable FutureWait virtualWait;

  private final Clock clock;

  ExecutorFuture(Clock clock) {
    this.clock = clock;
    this.virtualWait = FutureWait.of(this, clock);
  }

  void belongTo(Task<R> itsTask) {
    task = itsTask;
  }

  /**
   * Cancels the task, unless it is done.
   *
   * @param mayInterruptIfRunning whether a running attempt is interrupted; if not, it runs on and its
   *     result is dropped
   */
  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    Task<R> itsTask = task;
    boolean cancelled = super.completeExceptionally(new CancellationException());
    if (cancelled && itsTask != null) {
      task = null;
      itsTask.cancelled(mayInterruptIfRunning); // a second cancellation has no effect
    }
    return cancelled || isCancelled();
  }

  /** By the task, when no attempt of it goes on. */
  boolean settle(R value) {
    task = null;
    return super.complete(value);
  }

  /** By the task, when no attempt of it goes on. */
  boolean settleExceptionally(Throwable error) {
    task = null;
    return super.completeExceptionally(error);
  }

  @Override
  public boolean complete(R value) {
    return withdrawIf(super.complete(value));
  }

  @Override
  public boolean completeExceptionally(Throwable error) {
    return withdrawIf(super.completeExceptionally(error));
  }

  @Override
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

  private boolean withdrawIf(boolean done) {
    Task<R> itsTask = task;
    if (done && itsTask != null) {
      task = null;
      itsTask.withdraw();
    }
    return done;
  }

  /** Dependent stages are plain: cancelling one does not reach this task. */
  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new CompletableFuture<>();
  }

  /** The clock that it goes by. */
  Clock clock() {
    return clock;
  }

  @Override
  public R get() throws InterruptedException, ExecutionException {
    if (virtualWait != null) {
      virtualWait.await(Long.MAX_VALUE);
    }
    return super.get();
  }

  /** Waits for the value, but for no longer than this, by the executor's clock. */
  @Override
  public R get(long timeout, TimeUnit unit)
      throws InterruptedException, ExecutionException, TimeoutException {
    if (virtualWait == null) {
      return super.get(timeout, unit);
    }
    if (!virtualWait.await(unit.toNanos(timeout))) {
      throw new TimeoutException();
    }
    return super.get();
  }

  @Override
  public R join() {
    if (virtualWait != null) {
      virtualWait.awaitUninterruptibly();
    }
    return super.join();
  }

  /**
   * Waits for the value.
   *
   * @throws CancellationException if the task was cancelled
   * @throws InterruptedException if the calling thread is interrupted; the task goes on
   * @throws Exception what the task threw, itself and not a wrapper
   */
  public R result() throws Exception {
    try {
      return get();
    } catch (CancellationException cancelled) {
      throw thrown(cancelled);
    } catch (ExecutionException failed) {
      throw thrown(failed);
    }
  }

  /**
   * Waits for the value, but not for longer than this; the value of a task that is done is returned
   * also at zero.
   *
   * @param timeout not negative; by the executor's clock
   * @throws TimeoutException if the time is up: the task goes on
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
      throw thrown(failed);
    }
  }

  /* The JDK throws another one, with a text of its own, of which the first is the cause. */
  private static CancellationException thrown(CancellationException cancelled) {
    return cancelled.getCause() instanceof CancellationException first ? first : cancelled;
  }

  private static RuntimeException thrown(ExecutionException failed) {
    return Rethrow.asIs(Objects.requireNonNull(failed.getCause(), "cause"));
  }

  /** What the task threw; empty if it succeeded, was cancelled, or is not done. */
  public Optional<Throwable> exception() {
    return state() == State.FAILED ? Optional.of(exceptionNow()) : Optional.empty();
  }
}
