package io.millrace.bench.driver;

import io.millrace.Parallel;
import io.millrace.Run;
import io.millrace.bench.peer.Cost;
import io.millrace.bench.peer.Stopwatch;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.Action;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/** So many items wait for permits, which fall due about as often as a slot becomes free. */
final class CrowdedLimiter {
  private static final int SLOTS = 2;
  private static final int PER_SECOND = 2_000;
  private static final long MOST_NANOS = 2L * SLOTS * 1_000_000_000 / PER_SECOND;
  private static final int MEASURED = 300;
  private static final Duration PAUSE = Duration.ofMillis(30);
  private static final Duration LOOK = Duration.ofMillis(2);

  private CrowdedLimiter() {}

  static Cost cost(int many) throws InterruptedException {
    Action<Integer, Integer> action =
        item -> {
          LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(MOST_NANOS));
          return item;
        };
    int count = many + MEASURED;
    Iterable<Integer> items = () -> IntStream.range(0, count).iterator();
    RateLimiter limiter = RateLimiter.of(RateLimit.perSecond(PER_SECOND));
    limiter.pause(PAUSE);
    Stopwatch watch = new Stopwatch();
    try (Run<Integer, Integer> run =
        Parallel.of(SLOTS).window(count).rateLimit(limiter).start(items, action)) {
      while (run.progress().total() < count) {
        limiter.pause(PAUSE);
        Thread.sleep(LOOK);
      }
      run.take().orElseThrow();
      watch.start();
      for (int i = 0; i < MEASURED; i++) {
        run.take().orElseThrow();
      }
      watch.stop();
    }
    return watch.cost(MEASURED);
  }
}
