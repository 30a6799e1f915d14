package io.millrace.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/**
 * A way to start some tasks, wait for all of them and add up their results.
 *
 * @param label how it is called in tables and ratios
 */
public record Groups(String label, Way way) {
  /** Starts tasks that answer with their numbers, from 0, and adds up the answers. */
  @FunctionalInterface
  public interface Way {
    long sum(int tasks) throws Exception;
  }

  /** Millrace's. */
  public static Groups of(String label, Edition edition) {
    return new Groups(label, edition::groupSum);
  }

  /** A virtual thread a task, joined by hand; no failure stops anybody. */
  public static Groups joins() {
    return new Groups("joins", Groups::joined);
  }

  /** The executor that starts a virtual thread a task. */
  public static Groups executor() {
    return new Groups("executor", Groups::submitted);
  }

  /** Starts so many tasks that do nothing, and waits for them. */
  public void run(int tasks) throws Exception {
    long sum = way.sum(tasks);
    if (sum != (long) tasks * (tasks - 1) / 2) {
      throw new IllegalStateException(label + " came to " + sum + " with " + tasks + " tasks");
    }
  }

  private static long joined(int tasks) throws Exception {
    List<FutureTask<Integer>> futures = new ArrayList<>(tasks);
    List<Thread> threads = new ArrayList<>(tasks);
    for (int task = 0; task < tasks; task++) {
      Integer number = task;
      FutureTask<Integer> future = new FutureTask<>(() -> number);
      futures.add(future);
      threads.add(Thread.startVirtualThread(future));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    return total(futures);
  }

  private static long submitted(int tasks) throws Exception {
    List<Future<Integer>> futures = new ArrayList<>(tasks);
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int task = 0; task < tasks; task++) {
        Integer number = task;
        futures.add(threads.submit(() -> number));
      }
    }
    return total(futures);
  }

  private static long total(List<? extends Future<Integer>> futures) throws Exception {
    long sum = 0;
    for (Future<Integer> future : futures) {
      sum += future.get();
    }
    return sum;
  }
}
