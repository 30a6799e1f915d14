package io.millrace.bench.peer;

import io.millrace.scope.Handle;
import io.millrace.scope.TaskGroup;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Ways to start some tasks, wait for all of them and add up their results. */
public enum Groups {
  /** A {@link TaskGroup}. */
  MILLRACE(Contenders.MILLRACE) {
    @Override
    long sum(int tasks) {
      return TaskGroup.call(
          group -> {
            List<Handle<Integer>> handles = new ArrayList<>(tasks);
            for (int task = 0; task < tasks; task++) {
              Integer number = task;
              handles.add(group.start(() -> number));
            }
            long sum = 0;
            for (Handle<Integer> handle : handles) {
              sum += handle.result();
            }
            return sum;
          });
    }
  },

  /** A virtual thread a task, joined by hand; no failure stops anybody. */
  JOINS("joins") {
    @Override
    long sum(int tasks) throws Exception {
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
  },

  /** The executor that starts a virtual thread a task. */
  EXECUTOR("executor") {
    @Override
    long sum(int tasks) throws Exception {
      List<Future<Integer>> futures = new ArrayList<>(tasks);
      try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (int task = 0; task < tasks; task++) {
          Integer number = task;
          futures.add(threads.submit(() -> number));
        }
      }
      return total(futures);
    }
  };

  private final String label;

  Groups(String label) {
    this.label = label;
  }

  /** How it is called in tables and ratios. */
  public String label() {
    return label;
  }

  abstract long sum(int tasks) throws Exception;

  /** Starts so many tasks that do nothing, and waits for them. */
  public void run(int tasks) throws Exception {
    long sum = sum(tasks);
    if (sum != (long) tasks * (tasks - 1) / 2) {
      throw new IllegalStateException(label + " came to " + sum + " with " + tasks + " tasks");
    }
  }

  private static long total(List<? extends Future<Integer>> futures) throws Exception {
    long sum = 0;
    for (Future<Integer> future : futures) {
      sum += future.get();
    }
    return sum;
  }
}
