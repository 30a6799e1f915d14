package io.millrace.executor;

import io.millrace.base.Require;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/** Waits for several futures at once; each tells once that it is done. */
final class Waits {
  private Waits() {}

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
    AtomicInteger open = new AtomicInteger(all.size());
    CountDownLatch enough = new CountDownLatch(all.isEmpty() ? 0 : 1);
    for (F future : all) {
      whenDone(
          future,
          () -> {
            if (open.decrementAndGet() == 0 || isEnough(future, strategy)) {
              enough.countDown();
            }
          });
    }
    boolean inTime = enough.await(nanos, TimeUnit.NANOSECONDS);
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

  private static boolean isEnough(Future<?> done, WaitStrategy strategy) {
    return switch (strategy) {
      case ALL_COMPLETED -> false;
      case FIRST_COMPLETED -> true;
      case FIRST_EXCEPTION -> done.state() == Future.State.FAILED;
    };
  }
}
