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
    Race<R> race = new Race<>(done, limit);
    try {
      for (Callable<R> task : tasks) {
        Task<R> part = executor.part(task, executor.options());
        boolean isIn = false;
        while (!isIn && !race.isWon()) {
          isIn = executor.trySubmitPart(part, limit, done::whenAny);
          if (!isIn && limit.isOver() && !race.isWon()) {
            throw new TimeoutException("there was no room for the task in time");
          }
        }
        if (!isIn) {
          break;
        }
        futures.add(part.future);
        FutureWaits.whenDone(part.future, () -> done.add(part.future));
      }
      return race.value(futures.size());
    } finally {
      cancel(futures);
    }
  }

  /** Which task succeeds first. Used by one thread. */
  private static final class Race<R extends @Nullable Object> {
    private final DoneQueue<ExecutorFuture<R>> done;
    private final TimeLimit limit;
    private @Nullable ExecutorFuture<R> winner;
    private int failed;
    private @Nullable Throwable last;

    private Race(DoneQueue<ExecutorFuture<R>> done, TimeLimit limit) {
      this.done = done;
      this.limit = limit;
    }

    /** Whether one has succeeded. */
    boolean isWon() throws InterruptedException {
      ExecutorFuture<R> next = winner == null ? done.poll() : null;
      while (next != null) {
        look(next);
        next = winner == null ? done.poll() : null;
      }
      return winner != null;
    }

    /** Waits for the first that succeeds, of so many. */
    R value(int all) throws InterruptedException, ExecutionException, TimeoutException {
      while (winner == null && failed < all) {
        ExecutorFuture<R> next = done.poll(limit);
        if (next == null) {
          throw new TimeoutException("none of " + all + " tasks succeeded in time");
        }
        look(next);
      }
      if (winner == null) {
        throw new ExecutionException("none of " + all + " tasks succeeded", last);
      }
      return winner.get();
    }

    private void look(ExecutorFuture<R> next) throws InterruptedException {
      try {
        next.get();
        winner = next;
      } catch (ExecutionException failure) {
        failed++;
        last = failure.getCause();
      } catch (CancellationException cancelled) {
        failed++;
        last = cancelled;
      }
    }
  }

  private static void checkElements(Collection<?> tasks) {
    tasks.forEach(task -> Objects.requireNonNull(task, "element of tasks"));
  }

  private static void cancel(List<? extends Future<?>> futures) {
    futures.forEach(future -> future.cancel(true)); // those that are done do not mind
  }
}
