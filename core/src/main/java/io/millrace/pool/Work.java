package io.millrace.pool;

import io.millrace.Parallel;
import io.millrace.base.Closing;
import io.millrace.base.Derived;
import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.context.Captured;
import io.millrace.executor.ExecutorFuture;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Action;
import io.millrace.plan.Context;
import io.millrace.plan.Source;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Work that is given as tasks, futures or stages, rather than as items and an action; and bridges between code
 * that blocks and code that does not.
 *
 * {@snippet file="io/millrace/examples/WorkExampleTest.java" region="work"}
 *
 * <p>A task is a {@link Callable}; {@link #stage} and {@link #future} make one of a stage or a future, which
 * may be running or done already. For more options than {@link #collect} and {@link #resolve} have, run the
 * tasks by a {@link Parallel}: {@code parallel.map(tasks, Callable::call)}.
 *
 * <p>Null arguments are refused with a {@link NullPointerException}.
 */
public final class Work {
  private static final int DEFAULT_WORKERS = 1024;

  private Work() {}

  // Bridges

  /**
   * Waits for a stage in the calling thread, and returns its value.
   *
   * @throws InterruptedException if the thread is interrupted: the stage is cancelled
   * @throws ExecutionException with an {@code InterruptedException} that the stage failed with as its cause
   * @throws Exception what else the stage failed with, itself and not a wrapper
   */
  public static <R extends @Nullable Object> R run(CompletionStage<? extends R> stage)
      throws Exception {
    Objects.requireNonNull(stage, "stage");
    CompletableFuture<? extends R> future = stage.toCompletableFuture();
    try {
      return Work.<R>stage(future).call();
    } catch (InterruptedException interrupted) {
      boolean isTheStages =
          future.state() == Future.State.FAILED && interrupted.equals(future.exceptionNow());
      throw isTheStages ? new ExecutionException(interrupted) : interrupted;
    }
  }

  /** A task that waits for a stage as {@link #run} does. */
  public static <R extends @Nullable Object> Callable<R> stage(CompletionStage<? extends R> stage) {
    Objects.requireNonNull(stage, "stage");
    Action<CompletionStage<? extends R>, R> awaiting = Action.awaiting(given -> given);
    return () -> awaiting.apply(stage);
  }

  /**
   * A task that waits for a future. Its failure is the future's own, not a wrapper, except for an
   * {@code InterruptedException}, which would look like one of the task's; an interrupt cancels the future.
   */
  public static <R extends @Nullable Object> Callable<R> future(Future<? extends R> future) {
    Objects.requireNonNull(future, "future");
    return () -> {
      try {
        return future.get();
      } catch (InterruptedException interrupted) {
        future.cancel(true);
        throw interrupted;
      } catch (ExecutionException failed) {
        throw Rethrow.taskError(failed, InterruptedException.class);
      }
    };
  }

  /**
   * Starts a task at once, in a virtual thread of its own, with the context class loader of the calling thread. To
   * have a bounded number of them, use a {@link WorkPool}.
   *
   * @return keeps what the task threw until it is asked for
   */
  public static <R extends @Nullable Object> ExecutorFuture<R> schedule(
      Callable<? extends R> task) {
    return schedule(task, Context.none());
  }

  /**
   * As {@link #schedule(Callable)}, with more of the calling thread's context than the class loader.
   *
   * @param context what of it the task has
   */
  public static <R extends @Nullable Object> ExecutorFuture<R> schedule(
      Callable<? extends R> task, Context context) {
    Objects.requireNonNull(task, "task");
    Captured captured = Captured.of(Objects.requireNonNull(context, "context"));
    return Unbounded.POOL.submit(() -> captured.<R>call(task));
  }

  /* It has threads only while there is work. A pool, as those start again: if no thread was to be had, an executor is of no use any more. */
  static final class Unbounded {
    static final WorkPool POOL = WorkPool.unbounded();

    private Unbounded() {}
  }

  // Many tasks

  /** As {@link #collect(Iterable, int)}, with at most 1024 tasks at once. */
  public static <R extends @Nullable Object> List<R> collect(
      Iterable<? extends Callable<? extends R>> tasks) {
    return collect(tasks, DEFAULT_WORKERS);
  }

  /**
   * Runs all tasks, with a bound on how many run at once, and collects their values in the order of the tasks.
   * The first failure in time, or an error of the source, is thrown as itself, and running tasks are
   * interrupted.
   *
   * @param tasks may be lazy: they are read only as workers become free
   * @param workers at least 1
   * @return a list that the caller may change
   * @throws java.util.concurrent.CancellationException if the calling thread is interrupted, as {@link
   *     Parallel} says
   */
  public static <R extends @Nullable Object> List<R> collect(
      Iterable<? extends Callable<? extends R>> tasks, int workers) {
    Objects.requireNonNull(tasks, "tasks");
    requireAtLeast("workers", workers, 1, tasks);
    return Parallel.of(workers)
        .failFast()
        .<Callable<? extends R>, R>map(tasks, Callable::call)
        .values();
  }

  /** As {@link #resolve(Iterable, int, int)}, with at most 1024 tasks at once, and as many read ahead. */
  public static <R extends @Nullable Object> Stream<Outcome<?, R>> resolve(
      Iterable<? extends Callable<? extends R>> tasks) {
    return resolve(tasks, DEFAULT_WORKERS, 0);
  }

  /**
   * Runs tasks, with a bound on how many run at once, and delivers their outcomes in the order of the tasks.
   * Lazy: the run starts with the terminal operation. Closing the stream, best by try-with-resources, starts
   * nothing more and interrupts what runs. If the stream is not closed, the tasks that were read ahead run to
   * their end.
   *
   * @param tasks may be lazy, and endless; an error of the source is thrown by the stream, after the tasks
   *     that were read before it. Those of them that had not begun are {@code NotRun}
   * @param workers at least 1
   * @param greediness how many tasks beyond the number of workers may be done and wait until their outcomes are
   *     taken: at most {@code workers + greediness} tasks are read ahead. 0 stands for as many as there are workers;
   *     the number is never unbounded
   */
  public static <R extends @Nullable Object> Stream<Outcome<?, R>> resolve(
      Iterable<? extends Callable<? extends R>> tasks, int workers, int greediness) {
    Objects.requireNonNull(tasks, "tasks");
    requireAtLeast("workers", workers, 1, tasks);
    requireAtLeast("greediness", greediness, 0, tasks);
    Parallel parallel = Parallel.of(workers).ordered();
    long window = (long) workers + (greediness == 0 ? workers : greediness);
    return parallel
        .window((int) Math.min(window, Integer.MAX_VALUE))
        .<Callable<? extends R>, R>stream(tasks, Callable::call)
        .map(outcome -> outcome);
  }

  /* Who is given a source closes it, so also if the other arguments are refused. */
  private static void requireAtLeast(String name, int value, int least, Iterable<?> items) {
    try {
      Require.atLeast(name, value, least);
    } catch (IllegalArgumentException refused) {
      throw Closing.after(refused, items);
    }
  }

  /**
   * Reads an iterable that blocks, in threads other than the caller's, one at a time, and delivers its elements in
   * order.
   *
   * <p>The stream is lazy: reading starts with the terminal operation. Closing the stream, best by
   * try-with-resources, interrupts a read that blocks, and waits until it has returned, or for 100 ms if it
   * ignores that. Then {@code items} and its iterator are closed, if they are {@link AutoCloseable}; at the
   * end of the elements they are as well. An error of the source is thrown as itself, after the elements
   * before it.
   *
   * @param items its iterator, too, is made in another thread than the caller's
   * @param ahead how many elements may be read that the caller has not taken yet; at least 1
   */
  public static <T extends @Nullable Object> Stream<T> generate(
      Iterable<? extends T> items, int ahead) {
    Objects.requireNonNull(items, "items");
    requireAtLeast("ahead", ahead, 1, items);
    Iterable<? extends T> source =
        items instanceof Source<?> ? items : new Derived<>(Work.<T>typed(items), items);
    return Parallel.of(1).window(ahead).ordered().<T, T>stream(source, item -> item)
        .map(Outcome::item);
  }

  @SuppressWarnings("unchecked") // an iterable only gives
  private static <T extends @Nullable Object> Iterable<T> typed(Iterable<? extends T> items) {
    return (Iterable<T>) items;
  }
}
