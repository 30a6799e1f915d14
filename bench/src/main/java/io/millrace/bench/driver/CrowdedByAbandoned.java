package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.bench.peer.Cost;
import io.millrace.bench.peer.Stopwatch;
import io.millrace.plan.Action;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;

/** Each 20th item ignores its interrupt until all the others are done, and is abandoned. */
final class CrowdedByAbandoned {
  private static final int EACH = 20;
  private static final int FREE_SLOTS = 8;
  private static final Duration TIMEOUT = Duration.ofMillis(10);

  private CrowdedByAbandoned() {}

  static Cost cost(int many) {
    int count = EACH * many;
    CountDownLatch end = new CountDownLatch(1);
    Action<Integer, Integer> action =
        item -> {
          if (item % EACH == 0) {
            awaitDeaf(end);
          }
          return item;
        };
    Iterable<Integer> items = () -> IntStream.range(0, count).iterator();
    Stopwatch watch = new Stopwatch();
    watch.start();
    try (Run<Integer, Integer> run =
        Parallel.of(many + FREE_SLOTS)
            .attemptTimeout(TIMEOUT)
            .grace(Duration.ZERO)
            .start(items, action)) {
      for (int taken = 0; taken < count; taken++) {
        run.take().orElseThrow();
      }
      watch.stop();
      end.countDown();
      return watch.cost(count);
    }
  }

  private static void awaitDeaf(CountDownLatch end) {
    boolean interrupted = false;
    while (end.getCount() > 0) {
      try {
        end.await();
      } catch (InterruptedException ignored) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
