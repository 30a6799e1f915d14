package io.millrace.bench.peer;

import io.github.bucket4j.Bucket;
import io.millrace.cluster.MemoryPermits;
import io.millrace.cluster.SharedLimit;
import io.millrace.cluster.SharedRateLimiter;
import io.millrace.plan.RateLimit;
import java.time.Duration;
import java.util.function.BooleanSupplier;

/** A limiter that JVMs share, with a store in this JVM; and the library that has its arithmetic, alone. */
final class SharedLimiters {
  private static final int RATE = 1_000_000_000;

  private SharedLimiters() {}

  @SuppressWarnings("resource") // until the JVM of this measurement ends
  static BooleanSupplier generous() {
    SharedLimit limit = SharedLimit.of("bench", RateLimit.perSecond(RATE).burst(RATE));
    return SharedRateLimiter.open(MemoryPermits.create(), limit).limiter()::tryAcquire;
  }

  static BooleanSupplier generousBucket() {
    Bucket bucket =
        Bucket.builder()
            .addLimit(limit -> limit.capacity(RATE).refillGreedy(RATE, Duration.ofSeconds(1)))
            .build();
    return () -> bucket.tryConsume(1);
  }
}
