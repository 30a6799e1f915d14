package io.millrace.engine;

import io.millrace.time.Clock;
import org.jspecify.annotations.Nullable;

/** At most one timer: that of the earliest time anybody asked for. Thread-safe. */
final class Alarm {
  private final Clock clock;
  private final Runnable task;

  /* Guarded by this: setting races with firing. */
  private Clock.@Nullable Timer timer;
  private long dueNanos;
  private boolean cancelled;

  Alarm(Clock clock, Runnable task) {
    this.clock = clock;
    this.task = task;
  }

  /** Rings at this time, or earlier if that was asked for; after ringing it has to be set again. */
  synchronized void at(long nanos) {
    if (cancelled || (timer != null && dueNanos - nanos <= 0)) {
      return;
    }
    if (timer != null) {
      timer.cancel();
    }
    dueNanos = nanos;
    timer = clock.schedule(nanos, this::ring);
  }

  private void ring() {
    synchronized (this) {
      if (cancelled) {
        return;
      }
      timer = null;
    }
    task.run();
  }

  /** Never rings again. */
  synchronized void cancel() {
    cancelled = true;
    if (timer != null) {
      timer.cancel();
    }
  }
}
