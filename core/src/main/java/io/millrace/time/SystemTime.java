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

  private SystemTime() {}

  /** Made when the first timer is: most runs need none, and start faster without. */
  private static final class Timers {
    private static final long IDLE_MILLIS = 1_000;
    static final ScheduledThreadPoolExecutor SHARED = shared();

    private static ScheduledThreadPoolExecutor shared() {
      ScheduledThreadPoolExecutor timers =
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
      return timers;
    }
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
    Future<?> pending = Timers.SHARED.schedule(task, delay, TimeUnit.NANOSECONDS);
    return () -> pending.cancel(false);
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
