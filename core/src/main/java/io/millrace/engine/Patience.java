package io.millrace.engine;

import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Alarm;
import io.millrace.time.Clock;

/**
 * How long a run waits while all its slots are kept by abandoned actions: then it ends, because nothing can
 * go on. In real time, whatever the run's clock: it is for real threads to come back.
 */
final class Patience {
  private final Terms terms;
  private final Schedule schedule;
  private final Alarm alarm = new Alarm(Clock.system(), this::ends);

  /* Written by whoever finds the run stalled, read by the alarm. */
  private volatile long stalledNanos;

  Patience(Terms terms, Schedule schedule) {
    this.terms = terms;
    this.schedule = schedule;
  }

  /** All slots are those of abandoned workers now. */
  void begin() {
    if (terms.patienceNanos != Long.MAX_VALUE) {
      stalledNanos = System.nanoTime();
      await();
    }
  }

  private void await() {
    alarm.at(stalledNanos + terms.patienceNanos);
  }

  private void ends() {
    if (stalledNanos + terms.patienceNanos - System.nanoTime() > 0) {
      await(); // a worker came back meanwhile, and then all were abandoned again
    } else {
      schedule.endIfStalled();
    }
  }

  void stop() {
    alarm.cancel();
  }
}
