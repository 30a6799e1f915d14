package io.millrace.bench.peer;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Measures one stretch of time; whoever starts it and whoever stops it may be two threads. */
public final class Stopwatch {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  /**
   * A moment.
   *
   * @param cpu what each platform thread has used: carriers and timers, but neither the compiler's nor
   *     the collector's
   */
  private record Moment(long nanos, Map<Long, Long> cpu) {
    static Moment now() {
      long nanos = System.nanoTime();
      long[] threads = THREADS.getAllThreadIds();
      long[] used = THREADS.getThreadCpuTime(threads);
      Map<Long, Long> cpu = new HashMap<>();
      for (int i = 0; i < threads.length; i++) {
        cpu.put(threads[i], Math.max(0, used[i]));
      }
      return new Moment(nanos, cpu);
    }

    Cost since(Moment start, long operations) {
      long used =
          cpu.entrySet().stream()
              .mapToLong(each -> each.getValue() - start.cpu.getOrDefault(each.getKey(), 0L))
              .sum();
      return new Cost(operations, nanos - start.nanos, used);
    }
  }

  private final CompletableFuture<Moment> start = new CompletableFuture<>();
  private final CompletableFuture<Moment> end = new CompletableFuture<>();

  public void start() {
    start.complete(Moment.now());
  }

  public void stop() {
    end.complete(Moment.now());
  }

  /** What it took; waits until it has been stopped. */
  public Cost cost(long operations) {
    return end.join().since(start.join(), operations);
  }
}
