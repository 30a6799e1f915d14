package io.millrace.engine.thread;

import io.millrace.base.Quietly;
import io.millrace.time.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * At most one timer: that of the earliest time anybody asked for. Thread-safe. The clock is never called
 * under the lock.
 */
public final class Alarm {
  private final TimeSource clock;
  private final Runnable task;

  /* Guarded by this: setting races with ringing and with cancelling. */
  private @Nullable Setting current;
  private boolean isCancelled;

  private static final class Setting {
    final long dueNanos;

    /*
     * The thread that sets the alarm writes timer, then reads isVoid; whoever replaces the setting writes
     * isVoid, then reads timer. So one of them sees the other and cancels the timer.
     */
    private volatile TimeSource.@Nullable Timer timer;
    private volatile boolean isVoid;

    Setting(long dueNanos) {
      this.dueNanos = dueNanos;
    }

    void start(TimeSource clock, Runnable ringing) {
      TimeSource.Timer started = clock.schedule(dueNanos, ringing);
      timer = started;
      if (isVoid) {
        Quietly.cancel(started::cancel);
      }
    }

    void stop() {
      isVoid = true;
      TimeSource.Timer started = timer;
      if (started != null) {
        Quietly.cancel(started::cancel);
      }
    }
  }

  public Alarm(TimeSource clock, Runnable task) {
    this.clock = clock;
    this.task = task;
  }

  /**
   * Rings at this time, or earlier if that was asked for; after ringing it has to be set again. If the
   * clock throws, the alarm is not set.
   */
  public void at(long nanos) {
    Setting replaced;
    Setting mine;
    synchronized (this) {
      replaced = current;
      if (isCancelled || (replaced != null && replaced.dueNanos - nanos <= 0)) {
        return;
      }
      mine = new Setting(nanos);
      current = mine;
    }
    try {
      mine.start(clock, () -> ring(mine));
    } catch (Throwable broken) {
      takeBack(mine, replaced);
      throw broken;
    }
    if (replaced != null) {
      replaced.stop();
    }
  }

  private synchronized void takeBack(Setting mine, @Nullable Setting replaced) {
    if (current == mine) {
      current = replaced;
    }
  }

  private void ring(Setting ringing) {
    synchronized (this) {
      if (isCancelled || current != ringing) {
        return; // a later setting rings earlier
      }
      current = null;
    }
    Mishaps.survive(task); // a clock would keep to itself what it throws
  }

  /** Never rings again. */
  public void cancel() {
    Setting last;
    synchronized (this) {
      isCancelled = true;
      last = current;
      current = null;
    }
    if (last != null) {
      last.stop();
    }
  }
}
