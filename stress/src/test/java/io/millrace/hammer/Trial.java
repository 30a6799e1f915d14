package io.millrace.hammer;

import io.millrace.Run;
import io.millrace.outcome.Outcome;
import io.millrace.time.TimeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Runs a plan in the calling thread, and keeps what came of it. */
final class Trial {
  private final Plan plan;
  private final Probe probe;
  private final List<Outcome<Integer, Integer>> outcomes = new ArrayList<>();
  private Throwable error;
  private boolean flagged;

  Trial(Plan plan) {
    this.plan = plan;
    this.probe = new Probe(plan);
  }

  Plan plan() {
    return plan;
  }

  Probe probe() {
    return probe;
  }

  /** In the order in which they were taken. */
  List<Outcome<Integer, Integer>> outcomes() {
    return outcomes;
  }

  /** What the entry point threw; null if it returned. */
  Throwable error() {
    return error;
  }

  /** Whether the caller's interrupt flag was set afterwards. */
  boolean flagged() {
    return flagged;
  }

  void run() throws InterruptedException {
    long most = plan.ending() == Ending.EARLY_CLOSE ? plan.stopsAt() : Long.MAX_VALUE;
    Disturber disturber = new Disturber(Thread.currentThread());
    Entry.Call call =
        new Entry.Call(
            plan.parallel(probe),
            plan.supply().items(plan, probe),
            plan.items(),
            probe::act,
            this::take,
            most,
            disturber::started);
    try {
      plan.entry().run(call);
    } catch (Throwable thrown) {
      error = thrown;
    }
    flagged = Thread.interrupted();
    disturber.end();
    flagged |= Thread.interrupted();
    if (plan.entry() != Entry.PUBLISHER) {
      probe.closed(); // a publisher is closed by a thread of its own, a little later
    }
  }

  private void take(Outcome<Integer, Integer> outcome) {
    probe.take();
    outcomes.add(outcome);
  }

  /** Interrupts the caller, or closes its run, at a random time, if that is planned. */
  private final class Disturber {
    private final Thread caller;
    private final TimeSource.Timer timer;
    /* Guarded by this: an interrupt or a close must not come after the trial. */
    private boolean over;
    private final List<Thread> closers = new ArrayList<>();
    /* Written by the caller, read by the timer's thread. */
    private volatile Run<?, ?> run;

    Disturber(Thread caller) {
      this.caller = caller;
      long delay = ThreadLocalRandom.current().nextInt(3_000_000);
      long due = System.nanoTime() + delay;
      this.timer =
          switch (plan.ending()) {
            case INTERRUPT -> TimeSource.system().schedule(due, this::interrupt);
            case CLOSE_BY_ANOTHER -> TimeSource.system().schedule(due, this::close);
            default -> () -> {};
          };
    }

    void started(Run<?, ?> started) {
      run = started;
    }

    private synchronized void interrupt() {
      if (!over) {
        caller.interrupt();
      }
    }

    /* In threads of their own: closing waits, and timers must not. */
    private synchronized void close() {
      Run<?, ?> open = run;
      if (open != null && !over) {
        closers.add(Thread.ofVirtual().start(open::close));
        closers.add(Thread.ofVirtual().start(open::close));
      }
    }

    /** Waits for those who close; one who does not come back hangs the trial. */
    void end() throws InterruptedException {
      timer.cancel();
      synchronized (this) {
        over = true;
      }
      for (Thread closer : closers) {
        closer.join();
      }
    }
  }
}
