package io.millrace.executor;

import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RunnableFuture;

/** The simplest task of the platform's pool whose future is a completable one. */
final class CompletableTask<T> extends CompletableFuture<T> implements RunnableFuture<T> {
  private final Callable<T> task;
  /* Guarded by this: a cancel interrupts no thread that has left the task. */
  private Thread runner;

  CompletableTask(Callable<T> task) {
    this.task = Objects.requireNonNull(task);
  }

  @Override
  public void run() {
    if (!enter()) {
      return;
    }
    try {
      complete(task.call());
    } catch (Throwable error) {
      boolean misread =
          error instanceof CancellationException || error instanceof CompletionException;
      completeExceptionally(misread ? new CompletionException(error) : error);
    } finally {
      leave();
    }
  }

  private synchronized boolean enter() {
    if (isDone()) {
      return false;
    }
    runner = Thread.currentThread();
    return true;
  }

  private synchronized void leave() {
    runner = null;
  }

  @Override
  public boolean cancel(boolean mayInterruptIfRunning) {
    boolean changed = completeExceptionally(new CancellationException());
    if (changed && mayInterruptIfRunning) {
      interruptRunner();
    }
    return changed || isCancelled();
  }

  private synchronized void interruptRunner() {
    if (runner != null) {
      runner.interrupt();
    }
  }
}
