package io.millrace.bench.peer;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/** A peer that blocks threads: virtual ones, each in a loop. */
record PacedThreads(String name, Function<Pace, Limiter> limiters) implements Pacer {
  /** Waits for a permit. */
  @FunctionalInterface
  interface Limiter {
    void acquire() throws InterruptedException;
  }

  @Override
  public double run(Pace pace, int times, Runnable start) throws Exception {
    Limiter limiter = limiters.apply(pace);
    AtomicInteger left = new AtomicInteger(times);
    List<FutureTask<?>> loops = new ArrayList<>();
    for (int i = 0; i < WAITING; i++) {
      FutureTask<?> loop =
          new FutureTask<>(
              () -> {
                while (left.getAndDecrement() > 0) {
                  limiter.acquire();
                  start.run();
                }
                return null;
              });
      Thread.ofVirtual().start(loop);
      loops.add(loop);
    }
    for (FutureTask<?> loop : loops) {
      loop.get();
    }
    return Double.NaN;
  }
}
