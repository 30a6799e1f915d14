package io.millrace.soundness;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** The real time, for clocks that differ from it in one step. */
public class RealClock implements TimeSource {
  private final TimeSource real = TimeSource.system();

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
    return real.schedule(atNanos, task);
  }

  @Override
  public void sleep(Duration duration) throws InterruptedException {
    real.sleep(duration);
  }
}
