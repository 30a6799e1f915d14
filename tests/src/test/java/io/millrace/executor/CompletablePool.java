package io.millrace.executor;

import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RunnableFuture;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** The platform's pool with completable futures. */
final class CompletablePool extends ThreadPoolExecutor {
  CompletablePool(int threads) {
    super(
        threads,
        threads,
        0,
        TimeUnit.NANOSECONDS,
        new LinkedBlockingQueue<>(),
        Thread.ofVirtual().name("millrace-platform-", 0).factory());
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Callable<T> task) {
    return new CompletableTask<>(task);
  }

  @Override
  protected <T> RunnableFuture<T> newTaskFor(Runnable task, T result) {
    return new CompletableTask<>(Executors.callable(task, result));
  }

  @Override
  public List<Runnable> shutdownNow() {
    List<Runnable> never = super.shutdownNow();
    for (Runnable task : never) {
      if (task instanceof CompletableTask<?> future) {
        future.cancel(false);
      }
    }
    return never;
  }
}
