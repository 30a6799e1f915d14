package io.millrace.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * An executor that runs at most a hundred tasks at once, used for one batch of tasks after the other.
 *
 * @param label how it is called in tables and ratios
 * @param task the task that answers with a number
 */
public record Pools(
    String label, Supplier<ExecutorService> open, Function<Integer, Callable<Integer>> task) {
  private static final int MOST = 100;

  /** Millrace's. */
  public static Pools of(String label, Edition edition) {
    return new Pools(label, () -> edition.pool(MOST), Pools::plain);
  }

  /** A virtual thread a task, each of which takes a permit. */
  public static Pools semaphore() {
    Semaphore permits = new Semaphore(MOST);
    return new Pools(
        "semaphore",
        Executors::newVirtualThreadPerTaskExecutor,
        number ->
            () -> {
              permits.acquire();
              try {
                return number;
              } finally {
                permits.release();
              }
            });
  }

  /** A fixed pool of virtual threads. */
  public static Pools fixedPool() {
    return new Pools(
        "fixedPool",
        () -> Executors.newFixedThreadPool(MOST, Thread.ofVirtual().factory()),
        Pools::plain);
  }

  private static Callable<Integer> plain(Integer number) {
    return () -> number;
  }

  /** Submits that many tasks and gets their results, again and again. */
  public void run(int tasks, int times) throws Exception {
    try (ExecutorService executor = open.get()) {
      for (int time = 0; time < times; time++) {
        List<Future<Integer>> futures = new ArrayList<>(tasks);
        for (int number = 0; number < tasks; number++) {
          futures.add(executor.submit(task.apply(number)));
        }
        long sum = 0;
        for (Future<Integer> future : futures) {
          sum += future.get();
        }
        if (sum != (long) tasks * (tasks - 1) / 2) {
          throw new IllegalStateException(label + " came to " + sum + " with " + tasks + " tasks");
        }
      }
    }
  }
}
