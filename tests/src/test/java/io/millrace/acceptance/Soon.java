package io.millrace.acceptance;

import java.time.Duration;
import java.util.function.BooleanSupplier;

/** Waits for what comes by itself, where nothing tells of it. */
final class Soon {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private Soon() {}

  /** Returns as soon as it is so; fails if that takes very long. */
  static void until(BooleanSupplier reached) throws InterruptedException {
    long start = System.nanoTime();
    while (!reached.getAsBoolean()) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("did not come to be within " + PATIENCE);
      }
      Thread.yield();
    }
  }
}
