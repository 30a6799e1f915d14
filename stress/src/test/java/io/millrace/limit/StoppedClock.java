package io.millrace.limit;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** A clock that stands still and never rings. */
final class StoppedClock implements TimeSource {
  @Override
  public long nanoTime() {
    return 0;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH;
  }

  @Override
  public Timer schedule(long atNanos, Runnable task) {
    return () -> {};
  }

  @Override
  public void sleep(Duration duration) {}
}
