package io.millrace.bench.peer;

import io.millrace.executor.ParallelExecutor;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Executors that run at most a hundred tasks at once, used for one batch of tasks after the other. */
public enum Pools {
  /** A {@link ParallelExecutor}. */
  MILLRACE(Contenders.MILLRACE) {
    @Override
    ExecutorService open() {
      return ParallelExecutor.of(MOST);
    }
  },

  /** A virtual thread a task, each of which takes a permit. */
  SEMAPHORE("semaphore") {
    private final Semaphore permits = new Semaphore(MOST);

    @Override
    ExecutorService open() {
      return Executors.newVirtualThreadPerTaskExecutor();
    }

    @Override
    Callable<Integer> task(Integer number) {
      return () -> {
        permits.acquire();
        try {
          return number;
        } finally {
          permits.release();
        }
      };
    }
  },

  /** A fixed pool of virtual threads. */
  FIXED_POOL("fixedPool") {
    @Override
    ExecutorService open() {
      return Executors.newFixedThreadPool(MOST, Thread.ofVirtual().factory());
    }
  };

  static final int MOST = 100;

  private final String label;

  Pools(String label) {
    this.label = label;
  }

  /** How it is called in tables and ratios. */
  public String label() {
    return label;
  }

  abstract ExecutorService open();

  Callable<Integer> task(Integer number) {
    return () -> number;
  }

  /** Submits that many tasks and gets their results, again and again. */
  public void run(int tasks, int times) throws Exception {
    try (ExecutorService executor = open()) {
      for (int time = 0; time < times; time++) {
        List<Future<Integer>> futures = new ArrayList<>(tasks);
        for (int task = 0; task < tasks; task++) {
          futures.add(executor.submit(task(task)));
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
