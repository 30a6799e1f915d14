package io.millrace.cluster;

import io.millrace.plan.RateLimit;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A JVM that takes permits with 200 virtual threads, and prints how many in each 100 ms: the number of these since 1970, and the
 * count. Arguments: the address, permits a second, for how many seconds.
 */
final class TakingMain {
  private TakingMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    SharedLimit limit =
        SharedLimit.of("taking", RateLimit.perSecond(Double.parseDouble(arguments[1])))
            .onChange(change -> System.out.println("# " + change.state()));
    long end = System.nanoTime() + Duration.ofSeconds(Long.parseLong(arguments[2])).toNanos();
    try (SharedRateLimiter shared = SharedRateLimiter.open(store(arguments[0]), limit)) {
      AtomicLong taken = new AtomicLong();
      List<Thread> threads = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        threads.add(Thread.ofVirtual().start(() -> take(shared, taken, end)));
      }
      long before = 0;
      System.out.println("# begins");
      while (System.nanoTime() < end) {
        TimeSource.system().sleep(Duration.ofMillis(100 - System.currentTimeMillis() % 100));
        long now = taken.get();
        System.out.println(System.currentTimeMillis() / 100 + " " + (now - before));
        before = now;
      }
    }
    System.exit(0);
  }

  private static PermitStore store(String address) {
    return address.startsWith("redis:") ? RedisPermits.at(address) : PostgresPermits.at(address);
  }

  private static void take(SharedRateLimiter shared, AtomicLong taken, long end) {
    try {
      while (System.nanoTime() < end) {
        shared.limiter().acquire();
        taken.incrementAndGet();
      }
    } catch (InterruptedException | IllegalStateException ended) {
      // the time is up
    }
  }
}
