package io.millrace.hammer;

import io.millrace.outcome.Outcome;
import io.millrace.time.Clock;
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

  void run() {
    long most = plan.ending() == Ending.EARLY_CLOSE ? plan.stopsAt() : Long.MAX_VALUE;
    Entry.Call call =
        new Entry.Call(
            plan.parallel(probe),
            plan.supply().items(plan, probe),
            plan.items(),
            probe::act,
            this::take,
            most);
    Disturber disturber = new Disturber(Thread.currentThread());
    try {
      plan.entry().run(call);
    } catch (Throwable thrown) {
      error = thrown;
    }
    disturber.end();
    if (plan.entry() != Entry.PUBLISHER) {
      probe.closed(); // a publisher is closed by a thread of its own, a little later
    }
    flagged = Thread.interrupted();
  }

  private void take(Outcome<Integer, Integer> outcome) {
    probe.take();
    outcomes.add(outcome);
  }

  /** Interrupts the caller at a random time, if that is planned. */
  private final class Disturber {
    private final Clock.Timer timer;
    private final Thread caller;
    /* Guarded by this: an interrupt must not come after the trial. */
    private boolean over;

    Disturber(Thread caller) {
      this.caller = caller;
      long delay = ThreadLocalRandom.current().nextInt(3_000_000);
      this.timer =
          plan.ending() == Ending.INTERRUPT
              ? Clock.system().schedule(System.nanoTime() + delay, this::disturb)
              : () -> {};
    }

    private synchronized void disturb() {
      if (!over) {
        caller.interrupt();
      }
    }

    synchronized void end() {
      over = true;
      timer.cancel();
    }
  }
}
