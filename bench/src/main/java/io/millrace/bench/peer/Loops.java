package io.millrace.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/** So many virtual threads, each of which takes the next number until there is none. */
final class Loops {
  private Loops() {}

  /** What is done with a number. */
  @FunctionalInterface
  interface Step {
    void take(int item) throws Exception;
  }

  static void run(int items, int concurrency, Step step) throws Exception {
    AtomicInteger next = new AtomicInteger();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      for (int thread = 0; thread < concurrency; thread++) {
        all.add(
            threads.submit(
                () -> {
                  for (int item = next.getAndIncrement();
                      item < items;
                      item = next.getAndIncrement()) {
                    step.take(item);
                  }
                  return null;
                }));
      }
      for (Future<?> each : all) {
        each.get();
      }
    }
  }
}
