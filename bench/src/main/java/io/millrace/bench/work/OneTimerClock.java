package io.millrace.bench.work;

import io.millrace.time.TimeSource;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** A clock for one thread that goes on to its only timer when it is told to. */
final class OneTimerClock implements TimeSource {
  private record Task(long at, Runnable action) {}

  private long now;
  private @Nullable Task task;

  /** Goes on to the timer, and runs it. */
  void fire() {
    Task due = task;
    if (due == null) {
      throw new IllegalStateException("nobody waits for a time");
    }
    task = null;
    now = Math.max(now, due.at());
    due.action().run();
  }

  @Override
  public long nanoTime() {
    return now;
  }

  @Override
  public Instant now() {
    return Instant.EPOCH.plusNanos(now);
  }

  @Override
  public Timer schedule(long atNanos, Runnable action) {
    Task set = new Task(atNanos, action);
    task = set;
    return () -> {
      if (task == set) {
        task = null;
      }
    };
  }

  @Override
  public void sleep(Duration duration) {
    throw new UnsupportedOperationException("a limiter does not sleep");
  }
}
