package io.millrace.cli.http;

import io.millrace.cli.console.Breakdown;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/** Rings at given times, in a thread of its own. Thread-safe. */
final class Alarms implements AutoCloseable {
  private final ScheduledThreadPoolExecutor timer;

  private final Breakdown breakdown;

  /**
   * Makes it.
   *
   * @param breakdown hears of what an alarm dies of: nobody would end what it was set for
   */
  Alarms(Breakdown breakdown) {
    this.breakdown = breakdown;
    timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().name("millrace-alarms").daemon().factory());
    timer.setRemoveOnCancelPolicy(true);
  }

  /** Does something after this time, unless it is cancelled before; it has to be quick. */
  Future<?> ring(Runnable action, long nanos) {
    return timer.schedule(() -> breakdown.run("a timeout", action), nanos, TimeUnit.NANOSECONDS);
  }

  @Override
  public void close() {
    timer.shutdownNow();
  }
}
