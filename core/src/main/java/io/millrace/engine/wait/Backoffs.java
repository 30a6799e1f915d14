package io.millrace.engine.wait;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.flight.Recording;
import io.millrace.engine.thread.Alarm;
import io.millrace.time.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Wakes the items that wait for their retry, each when its time has come, and those that wait for a worker when their time
 * is up; one alarm serves them all. Thread-safe.
 */
final class Backoffs {
  private final TimeSource clock;
  private final Resuming run;
  private final Alarm alarm;

  Backoffs(TimeSource clock, Resuming run) {
    this.clock = clock;
    this.run = run;
    this.alarm = new Alarm(clock, this::wakeDue);
  }

  /** An item waits until its due time. */
  void begin(Ticket ticket, Throwable error, long delayNanos) {
    Recording.retry(ticket, error, delayNanos);
    ticket.rank = Ticket.UNRANKED;
    long due = ticket.dueNanos;
    if (run.delay(ticket)) {
      wakeAt(due);
    }
  }

  void stop() {
    alarm.cancel();
  }

  private void wakeDue() {
    long now;
    try {
      now = clock.nanoTime();
    } catch (Throwable broken) {
      run.breakOff(broken);
      return;
    }
    wakeAt(run.wakeDue(now));
  }

  /** Has the run wake what is due then; null for nothing. */
  void wakeAt(@Nullable Long nanos) {
    if (nanos == null) {
      return;
    }
    try {
      alarm.at(nanos);
    } catch (Throwable broken) {
      run.breakOff(broken);
    }
  }
}
