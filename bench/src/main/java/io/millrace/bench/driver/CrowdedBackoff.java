package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.bench.peer.Cost;
import io.millrace.bench.peer.Stopwatch;
import io.millrace.plan.Action;
import io.millrace.plan.Backoff;
import io.millrace.plan.Jitter;
import io.millrace.plan.Retry;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/** So many items fail and wait for an hour; then each second one does, and the others pass. */
final class CrowdedBackoff {
  private static final int SLOTS = 8;
  private static final int MEASURED_SHARE = 2;

  private CrowdedBackoff() {}

  static Cost cost(int many) {
    int measured = many / MEASURED_SHARE;
    AtomicInteger calls = new AtomicInteger();
    Stopwatch watch = new Stopwatch();
    Action<Integer, Integer> action =
        item -> {
          int call = calls.incrementAndGet();
          if (call == many) {
            watch.start();
          } else if (call == many + measured) {
            watch.stop();
          }
          if (item < many || item % 2 == 0) {
            throw new IOException("again");
          }
          return item;
        };
    Iterable<Integer> items = () -> IntStream.range(0, many + measured).iterator();
    try (Run<Integer, Integer> _ =
        Parallel.of(SLOTS)
            .window(many + measured + SLOTS)
            .retry(Retry.ofRetries(1).backoff(anHour()))
            .start(items, action)) {
      return watch.cost(measured);
    }
  }

  /* Random, so that nobody finds one of them at an end of a queue. */
  static Backoff anHour() {
    return Backoff.fixed(Duration.ofHours(1)).jitter(Jitter.EQUAL);
  }
}
