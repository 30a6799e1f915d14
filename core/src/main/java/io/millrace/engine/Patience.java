package io.millrace.engine;

import io.millrace.engine.terms.Terms;
import io.millrace.engine.thread.Alarm;
import io.millrace.engine.thread.Mishaps;
import io.millrace.engine.thread.Threads;
import io.millrace.time.TimeSource;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Ends a run that has not been able to go on for some time: abandoned actions keep all its slots, or all
 * carriers of virtual threads while only a virtual thread could go on. By real time, whatever the run's clock,
 * because it waits for real threads to come back.
 */
final class Patience {
  private final Terms terms;
  private final Schedule schedule;

  /* Made when a run is stalled for the first time: most never are. */
  private volatile @Nullable Alarm alarm;

  /* Written by whoever finds the run stalled, read by the alarm. */
  private volatile long stalledNanos;

  /* Set by a virtual thread that is started with the wait, to see whether it gets a carrier. */
  private volatile @Nullable AtomicBoolean probe;

  Patience(Terms terms, Schedule schedule) {
    this.terms = terms;
    this.schedule = schedule;
  }

  /** All slots, or all carriers, are kept by abandoned workers now. */
  void begin() {
    if (terms.patienceNanos != Long.MAX_VALUE) {
      AtomicBoolean started = new AtomicBoolean();
      Mishaps.survive(() -> Threads.startVirtual(() -> started.set(true)));
      probe = started;
      stalledNanos = System.nanoTime();
      await();
    }
  }

  private void await() {
    Alarm set = alarm;
    if (set == null) {
      set = new Alarm(TimeSource.system(), this::ends);
      alarm = set;
    }
    set.at(stalledNanos + terms.patienceNanos);
  }

  private void ends() {
    if (stalledNanos + terms.patienceNanos - System.nanoTime() > 0) {
      await(); // a worker came back meanwhile, and then all were abandoned again
    } else {
      AtomicBoolean started = probe;
      schedule.endIfStalled(started != null && started.get());
    }
  }

  void stop() {
    Alarm set = alarm;
    if (set != null) {
      set.cancel();
    }
  }
}
