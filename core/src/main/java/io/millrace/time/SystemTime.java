package io.millrace.time;

import io.millrace.base.Require;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;

/** Real time; {@link Timers} has its timers. */
final class SystemTime implements TimeSource {
  static final SystemTime INSTANCE = new SystemTime();

  private final Timers timers = new Timers();

  private SystemTime() {}

  @Override
  public long nanoTime() {
    return System.nanoTime();
  }

  @Override
  public Instant now() {
    return Instant.now();
  }

  @Override
  public Timer schedule(long atNanos, Runnable task) {
    return timers.schedule(atNanos, task);
  }

  @Override
  public Runnable announced(Runnable task) {
    return task; // real time goes on whatever threads there are
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (duration.isPositive()) {
      TimeUnit.NANOSECONDS.sleep(Require.nanos(duration));
    }
  }
}
