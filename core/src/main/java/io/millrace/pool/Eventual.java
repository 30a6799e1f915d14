package io.millrace.pool;

import io.millrace.base.Rethrow;
import io.millrace.outcome.Failure;
import io.millrace.outcome.NotRun;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.Success;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * The result of work in the background, once there is one. Its failure is kept until somebody asks for it:
 * waiting never throws it. Thread-safe. What the work did happens before {@link #await} and {@link #result}
 * return.
 *
 * @param <R> the value; null is a value like any other
 */
public final class Eventual<R extends @Nullable Object> {
  private final CompletableFuture<? extends R> future;

  Eventual(CompletableFuture<? extends R> future) {
    this.future = future;
  }

  /** What has come of an item. */
  static <R extends @Nullable Object> Eventual<R> of(Outcome<?, ? extends R> outcome) {
    return switch (outcome) {
      case Success<?, ? extends R> success ->
          new Eventual<R>(CompletableFuture.completedFuture(success.value()));
      case Failure<?, ? extends R> failure -> new Eventual<R>(failed(failure.error()));
      case NotRun<?, ? extends R> _ ->
          new Eventual<R>(
              CompletableFuture.failedFuture(
                  new CancellationException("the source failed before this began")));
    };
  }

  /* A future takes these two for its own; inside another one they are just what the work threw. */
  private static <R extends @Nullable Object> CompletableFuture<R> failed(Throwable error) {
    boolean ambiguous =
        error instanceof CancellationException || error instanceof CompletionException;
    return CompletableFuture.failedFuture(ambiguous ? new CompletionException(error) : error);
  }

  /** Whether the work has ended: with a value, with a failure, or because it was cancelled. */
  public boolean isDone() {
    return future.isDone();
  }

  /**
   * Waits until the work has ended. Never throws what the work threw.
   *
   * @return this
   * @throws InterruptedException if the calling thread is interrupted; the work goes on
   */
  public Eventual<R> await() throws InterruptedException {
    try {
      future.get();
    } catch (ExecutionException | CancellationException asked) {
      // whoever wants to know asks for the result
    }
    return this;
  }

  /**
   * The value; waits for it.
   *
   * @throws CancellationException if the work was cancelled; {@link #failure} is there if it threw that
   * @throws InterruptedException if the calling thread is interrupted; the work goes on
   * @throws ExecutionException with an {@code InterruptedException} that the work threw as its cause
   * @throws Exception what else the work threw, itself and not a wrapper
   */
  public R result() throws Exception {
    try {
      return future.get();
    } catch (ExecutionException failed) {
      throw Rethrow.taskError(failed, InterruptedException.class);
    }
  }

  /** What the work threw; empty if it succeeded, was cancelled, or has not ended. */
  public Optional<Throwable> failure() {
    return future.state() == Future.State.FAILED
        ? Optional.of(future.exceptionNow())
        : Optional.empty();
  }

  /**
   * Cancels the work, unless it has ended: a thread that runs it is interrupted.
   *
   * @return whether it is cancelled, by this or before
   */
  public boolean cancel() {
    return future.cancel(true);
  }
}
