package io.millrace.engine;

import io.millrace.engine.thread.Alarm;
import io.millrace.time.TimeSource;

/**
 * Tells idle workers of new room in the window, a little after the consumer has taken something: the consumer itself
 * may not come back soon. It goes by real time, because it is for real threads. Thread-safe.
 */
final class Refill {
  private static final long DELAY_NANOS = 500_000;

  private final Schedule schedule;
  private final Alarm alarm = new Alarm(TimeSource.system(), this::now);

  /* Written by whoever sets the alarm, and by the alarm: keeps it from being set for each item. */
  private volatile boolean isSet;

  Refill(Schedule schedule) {
    this.schedule = schedule;
  }

  void soon() {
    if (isSet) {
      return;
    }
    isSet = true;
    try {
      alarm.at(System.nanoTime() + DELAY_NANOS);
    } catch (Throwable noTimer) {
      now();
    }
  }

  private void now() {
    isSet = false;
    schedule.roomFreed();
  }

  void stop() {
    alarm.cancel();
  }
}
