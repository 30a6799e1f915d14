package io.millrace.cli.http;

import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Rings at given times, in a thread of its own. Thread-safe. */
final class Alarms implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  Alarms() {
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("millrace-alarms").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Does something after this time, unless it is cancelled before; it has to be quick. */
  Future<?> ring(Runnable action, long nanos) {
    return timer.schedule(action, nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
