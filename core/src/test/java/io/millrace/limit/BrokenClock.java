package io.millrace.limit;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** A clock that can set no timer, as when the system has no threads left. */
final class BrokenClock implements TimeSource {
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
    throw new IllegalStateException("no timer: thrown by the test");
  }

  @Override
  public void sleep(Duration duration) {
    throw new UnsupportedOperationException("a limit does not sleep");
  }
}
