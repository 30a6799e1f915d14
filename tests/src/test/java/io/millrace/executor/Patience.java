package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** How long a test waits for what should come at once. */
final class Patience {
  static final Duration LIMIT = Duration.ofSeconds(10);

  /** More than any wait here lasts. */
  static final long SECONDS = 60;

  private Patience() {}

  static void await(CountDownLatch latch, String what) throws InterruptedException {
    assertTrue(latch.await(LIMIT.toNanos(), TimeUnit.NANOSECONDS), () -> "never came: " + what);
  }

  static void until(BooleanSupplier reached, String what) {
    long start = System.nanoTime();
    while (!reached.getAsBoolean()) {
      assertTrue(System.nanoTime() - start < LIMIT.toNanos(), () -> "never came: " + what);
      Thread.yield();
    }
  }
}
