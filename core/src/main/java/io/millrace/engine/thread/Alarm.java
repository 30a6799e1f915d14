package io.millrace.engine.thread;

import io.millrace.base.Quietly;
import io.millrace.time.TimeSource;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * At most one timer: that of the earliest time anybody asked for. Thread-safe. It has no lock, because the thread of all timers
 * comes here, and must not wait behind a virtual thread that has no carrier.
 */
public final class Alarm {
  private static final Setting CANCELLED = new Setting(0);

  private final TimeSource clock;
  private final Runnable task;

  /* Setting races with ringing and with cancelling: whoever takes a setting out does what follows. */
  private final AtomicReference<@Nullable Setting> current = new AtomicReference<>();

  private static final class Setting {
    final long dueNanos;

    /*
     * The thread that sets the alarm writes timer, then reads isVoid; whoever replaces the setting writes
     * isVoid, then reads timer. So one of them sees the other and cancels the timer.
     */
    private volatile TimeSource.@Nullable Timer timer;
    private volatile boolean isVoid;

    /* Written before it looks whether it is the current one; read by whoever makes it that again. */
    private volatile boolean hasRung;

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
    Setting mine = null;
    Setting replaced;
    do {
      replaced = current.get();
      if (isCancelled(replaced) || (replaced != null && replaced.dueNanos - nanos <= 0)) {
        return;
      }
      mine = mine == null ? new Setting(nanos) : mine;
    } while (!current.compareAndSet(replaced, mine));
    start(mine, replaced);
    if (replaced != null) {
      replaced.stop();
    }
  }

  private void start(Setting mine, @Nullable Setting replaced) {
    try {
      mine.start(clock, () -> ring(mine));
    } catch (Throwable broken) {
      if (current.compareAndSet(mine, replaced) && replaced != null && replaced.hasRung) {
        ring(replaced); // it came while mine was the current one
      }
      throw broken;
    }
  }

  @SuppressWarnings("ReferenceEquality") // CANCELLED is a mark
  private static boolean isCancelled(@Nullable Setting setting) {
    return setting == CANCELLED;
  }

  private void ring(Setting ringing) {
    ringing.hasRung = true;
    if (current.compareAndSet(ringing, null)) { // else a later setting rings earlier, or none
      Mishaps.survive(task); // a clock would keep to itself what it throws
    }
  }

  /** Never rings again. */
  public void cancel() {
    Setting last = current.getAndSet(CANCELLED);
    if (last != null) {
      last.stop();
    }
  }
}
