package io.millrace.bench.driver;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicLong;

/** The real time; counts the timers that ring. */
final class CountingClock implements TimeSource {
  private final TimeSource real = TimeSource.system();
  private final AtomicLong rung = new AtomicLong();

  long rung() {
    return rung.get();
  }

  @Override
  public long nanoTime() {
    return real.nanoTime();
  }

  @Override
  public Instant now() {
    return real.now();
  }

  @Override
  public Timer schedule(long atNanos, Runnable task) {
    return real.schedule(
        atNanos,
        () -> {
          rung.incrementAndGet();
          task.run();
        });
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    real.sleep(duration);
  }
}
