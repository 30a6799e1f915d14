package io.millrace.time;

import io.millrace.base.Require;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Real time. Timers share one daemon platform thread, which exists only while there are timers: a
 * virtual thread would not get to run while actions keep all carriers busy, which is when deadlines
 * matter most.
 */
final class SystemTime implements TimeSource {
  static final SystemTime INSTANCE = new SystemTime();
  private static final long IDLE_MILLIS = 1_000;

  private final ScheduledThreadPoolExecutor timers;

  private SystemTime() {
    timers =
        new ScheduledThreadPoolExecutor(
            1,
            Thread.ofPlatform()
                .daemon()
                .name("millrace-timer")
                .inheritInheritableThreadLocals(false)
                .factory());
    timers.setRemoveOnCancelPolicy(true);
    timers.setKeepAliveTime(IDLE_MILLIS, TimeUnit.MILLISECONDS);
    timers.allowCoreThreadTimeOut(true);
  }

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
    long delay = Math.max(0, atNanos - System.nanoTime());
    Future<?> pending = timers.schedule(task, delay, TimeUnit.NANOSECONDS);
    return () -> pending.cancel(false);
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    if (duration.isPositive()) {
      TimeUnit.NANOSECONDS.sleep(Require.nanos(duration));
    }
  }
}
