package io.millrace.executor;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** {@code invokeAll} and {@code invokeAny}; whatever ends them, no task of theirs goes on. */
final class Invocations {
  private Invocations() {}

  /** All tasks, waiting at most so long; those that are not done then are cancelled. */
  static <R extends @Nullable Object> List<Future<R>> all(
      ParallelExecutor executor, Collection<? extends Callable<R>> tasks, long timeoutNanos)
      throws InterruptedException {
    TimeLimit limit = TimeLimit.of(executor.clock(), timeoutNanos);
    checkElements(tasks);
    List<ExecutorFuture<R>> futures = new ArrayList<>(tasks.size());
    try {
      for (Callable<R> task : tasks) {
        futures.add(submitInTime(executor, task, limit));
      }
      for (ExecutorFuture<R> future : futures) {
        if (!awaitQuietly(future, limit)) {
          break;
        }
      }
      return new ArrayList<>(futures);
    } finally {
      cancel(futures);
    }
  }

  private static <R extends @Nullable Object> ExecutorFuture<R> submitInTime(
      ParallelExecutor executor, Callable<R> task, TimeLimit limit) throws InterruptedException {
    Task<R> part = executor.part(task, executor.options());
    try {
      return executor.submitPart(part, executor.options(), limit);
    } catch (TimeoutException noRoom) {
      return part.future; // is cancelled with the others
    }
  }

  private static boolean awaitQuietly(Future<?> future, TimeLimit limit)
      throws InterruptedException {
    try {
      future.get(limit.left(), TimeUnit.NANOSECONDS);
      return true;
    } catch (TimeoutException timeout) {
      return false;
    } catch (ExecutionException | CancellationException done) {
      return true;
    }
  }

  /** The value of the first task that succeeds; the others are cancelled. */
  static <R extends @Nullable Object> R any(
      ParallelExecutor executor, Collection<? extends Callable<R>> tasks, long timeoutNanos)
      throws InterruptedException, ExecutionException, TimeoutException {
    TimeLimit limit = TimeLimit.of(executor.clock(), timeoutNanos);
    checkElements(tasks);
    if (tasks.isEmpty()) {
      throw new IllegalArgumentException("tasks must not be empty");
    }
    List<ExecutorFuture<R>> futures = new ArrayList<>(tasks.size());
    DoneQueue<ExecutorFuture<R>> done =
        new DoneQueue<>(
            executor.clock(),
            executor::home,
            running -> futures.stream().anyMatch(each -> ExecutorFuture.isOfAny(running, each)));
    try {
      for (Callable<R> task : tasks) {
        ExecutorFuture<R> future =
            executor.submitPart(executor.part(task, executor.options()), executor.options(), limit);
        futures.add(future);
        FutureWaits.whenDone(future, () -> done.add(future));
      }
      return first(done, futures.size(), limit);
    } finally {
      cancel(futures);
    }
  }

  private static <R extends @Nullable Object> R first(
      DoneQueue<ExecutorFuture<R>> done, int all, TimeLimit limit)
      throws InterruptedException, ExecutionException, TimeoutException {
    Throwable last = null;
    for (int failed = 0; failed < all; failed++) {
      ExecutorFuture<R> next = done.poll(limit);
      if (next == null) {
        throw new TimeoutException("none of " + all + " tasks succeeded in time");
      }
      try {
        return next.get();
      } catch (ExecutionException failure) {
        last = failure.getCause();
      } catch (CancellationException cancelled) {
        last = cancelled;
      }
    }
    throw new ExecutionException("none of " + all + " tasks succeeded", last);
  }

  private static void checkElements(Collection<?> tasks) {
    tasks.forEach(task -> Objects.requireNonNull(task, "element of tasks"));
  }

  private static void cancel(List<? extends Future<?>> futures) {
    futures.forEach(future -> future.cancel(true)); // those that are done do not mind
  }
}
