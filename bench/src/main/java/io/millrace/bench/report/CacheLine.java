package io.millrace.bench.report;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/** Two threads that pass a number to and fro: how long a cache line takes to the other core and back. */
final class CacheLine {
  private static final VarHandle BALL = MethodHandles.arrayElementVarHandle(long[].class);

  /* In the middle of an array that nobody else touches. */
  private static final int PLACE = 32;
  private static final int TRIPS = 2_000;
  private static final int BATCHES = 60;
  private static final int WARM_UP_BATCHES = 20;
  private static final long PATIENCE_NANOS = 3_000_000_000L;

  private static final int SPINS_A_LOOK = 1 << 14;

  private final long[] court = new long[2 * PLACE];
  private volatile boolean over;
  private final long deadline = System.nanoTime() + PATIENCE_NANOS;

  private CacheLine() {}

  /** How long a round trip takes, in words. */
  static String roundTrip() throws InterruptedException {
    if (Runtime.getRuntime().availableProcessors() < 2) {
      return "none: there is one core";
    }
    double[] nanos = new CacheLine().measure();
    return nanos.length == 0
        ? "unknown: the cores are too busy"
        : "%s ns to another core and back (the middle half of %d: %s to %s)"
            .formatted(
                Numbers.text(nanos[nanos.length / 2]),
                nanos.length,
                Numbers.text(nanos[nanos.length / 4]),
                Numbers.text(nanos[nanos.length - 1 - nanos.length / 4]));
  }

  /* Sorted. */
  private double[] measure() throws InterruptedException {
    Thread other = Thread.ofPlatform().daemon().name("cache line").start(this::answer);
    double[] nanos = new double[BATCHES];
    int measured = 0;
    for (int batch = -WARM_UP_BATCHES; batch < BATCHES; batch++) {
      long start = System.nanoTime();
      if (!play()) {
        break;
      }
      if (batch >= 0) {
        nanos[measured++] = (double) (System.nanoTime() - start) / TRIPS;
      }
    }
    over = true;
    other.join();
    double[] sorted = Arrays.copyOf(nanos, measured);
    Arrays.sort(sorted);
    return sorted;
  }

  /* This thread writes 1, the other one 0. */
  private boolean play() {
    for (int trip = 0; trip < TRIPS; trip++) {
      BALL.setRelease(court, PLACE, 1L);
      int spins = 0;
      while ((long) BALL.getAcquire(court, PLACE) != 0) {
        if (++spins % SPINS_A_LOOK == 0 && System.nanoTime() > deadline) {
          return false;
        }
      }
    }
    return true;
  }

  private void answer() {
    while (!over) {
      if ((long) BALL.getAcquire(court, PLACE) == 1) {
        BALL.setRelease(court, PLACE, 0L);
      }
    }
  }
}
