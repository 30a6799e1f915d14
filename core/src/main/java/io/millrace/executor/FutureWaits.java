package io.millrace.executor;

import io.millrace.base.Require;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Waits for several futures at once; each tells once that it is done. */
final class FutureWaits {
  private FutureWaits() {}

  static long nanos(Duration timeout) {
    return Require.nanos(Require.notNegative("timeout", timeout));
  }

  /** The task must not throw: nobody would hear of it. */
  @SuppressWarnings("FutureReturnValueIgnored")
  static void whenDone(CompletableFuture<?> future, Runnable task) {
    future.whenComplete((value, error) -> task.run());
  }

  static <F extends CompletableFuture<?>> Waited<F> waitFor(
      Collection<? extends F> futures, WaitStrategy strategy, long nanos)
      throws InterruptedException, TimeoutException {
    List<F> all = List.copyOf(futures);
    boolean inTime = isEnough(all, strategy) || await(all, strategy, nanos);
    List<F> done = new ArrayList<>();
    List<F> pending = new ArrayList<>();
    for (F future : all) {
      (future.isDone() ? done : pending).add(future);
    }
    if (!inTime && strategy == WaitStrategy.ALL_COMPLETED && !pending.isEmpty()) {
      throw new TimeoutException(pending.size() + " of " + all.size() + " futures are not done");
    }
    return new Waited<>(done, pending);
  }

  /* A look is enough most of the time where somebody waits for the first again and again. */
  private static boolean isEnough(List<? extends Future<?>> all, WaitStrategy strategy) {
    boolean isAnyOpen = false;
    for (Future<?> future : all) {
      if (!future.isDone()) {
        isAnyOpen = true;
      } else if (isEnough(future, strategy)) {
        return true;
      }
    }
    return !isAnyOpen;
  }

  @SuppressWarnings("CollectionUndefinedEquality") // futures are equal if they are the same
  private static boolean await(
      List<? extends CompletableFuture<?>> all, WaitStrategy strategy, long nanos)
      throws InterruptedException {
    if (nanos == 0) {
      return false;
    }
    List<?> own = nanos == Long.MAX_VALUE ? ownOf(all, strategy) : List.of();
    AtomicInteger open = new AtomicInteger(all.size() - own.size());
    TimeSource clock = DoneQueue.clockOf(all);
    TimeLimit limit = TimeLimit.of(clock, nanos);
    // The owner, which the listeners keep until they are closed.
    DoneQueue<CompletableFuture<?>> enough =
        new DoneQueue<>(clock, () -> Home.ofAll(all), running -> endsWith(all, strategy, running));
    try (DoneListeners listeners = new DoneListeners(enough)) {
      for (CompletableFuture<?> future : all) {
        boolean counts = own.isEmpty() || !own.contains(future);
        listeners.add(
            future,
            () -> {
              if (isEnough(future, strategy) || (counts && open.decrementAndGet() == 0)) {
                enough.add(future);
              }
            });
      }
      boolean inTime = enough.poll(limit) != null;
      if (!own.isEmpty() && !isEnough(all, strategy)) {
        throw DeadlockException.ofItself();
      }
      return inTime;
    }
  }

  /* Whether the wait may be over when these tasks have ended. */
  private static boolean endsWith(
      List<? extends Future<?>> all, WaitStrategy strategy, Set<Object> running) {
    return strategy == WaitStrategy.ALL_COMPLETED
        ? all.stream().allMatch(each -> each.isDone() || ExecutorFuture.isOfAny(running, each))
        : all.stream().anyMatch(each -> ExecutorFuture.isOfAny(running, each));
  }

  /*
   * The tasks that the calling thread runs: they are not done before the wait ends, so it ends when all others are.
   */
  @SuppressWarnings("CollectionUndefinedEquality") // as above
  private static List<?> ownOf(List<? extends Future<?>> all, WaitStrategy strategy) {
    List<?> own = all.stream().filter(ExecutorFuture::isRunHere).toList();
    boolean areOthers = all.stream().anyMatch(each -> !each.isDone() && !own.contains(each));
    if (!own.isEmpty() && (strategy == WaitStrategy.ALL_COMPLETED || !areOthers)) {
      throw DeadlockException.ofItself();
    }
    return own;
  }

  private static boolean isEnough(Future<?> done, WaitStrategy strategy) {
    return switch (strategy) {
      case ALL_COMPLETED -> false;
      case FIRST_COMPLETED -> true;
      case FIRST_EXCEPTION -> done.state() == Future.State.FAILED;
    };
  }
}
