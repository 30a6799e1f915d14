package io.millrace.engine.thread;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.HandClock;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: somebody has work for a later time and finds that the alarm is set for an earlier
 * one, while just that alarm rings, and its task has looked for work already.
 */
public final class AlarmHunt {
  private AlarmHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "done", expect = ACCEPTABLE, desc = "the work was found")
  @Outcome(expect = FORBIDDEN, desc = "the work was forgotten")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final Alarm alarm = new Alarm(clock, this::look);
    private volatile boolean work;
    private volatile boolean done;

    public Sound() {
      alarm.at(1);
      clock.set(2);
    }

    private void look() {
      if (work) {
        done = true;
      }
    }

    @Actor
    public void timer() {
      clock.fire();
    }

    @Actor
    public void worker() {
      work = true;
      alarm.at(2);
    }

    @Arbiter
    public void arbiter(L_Result result) {
      clock.fire();
      result.r1 = done ? "done" : "forgotten";
    }
  }

  /** Forgets its timer only after its task has run. */
  @JCStressTest
  @State
  @Outcome(id = "done", expect = ACCEPTABLE, desc = "the work was found")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the work was forgotten")
  public static class Racy {
    private final HandClock clock = new HandClock();
    private volatile boolean set;
    private volatile boolean work;
    private volatile boolean done;

    public Racy() {
      at(1);
      clock.set(2);
    }

    private synchronized void at(long nanos) {
      if (!set) {
        set = true;
        clock.schedule(nanos, this::ring);
      }
    }

    private void ring() {
      if (work) {
        done = true;
      }
      Delay.holdOpen();
      set = false;
    }

    @Actor
    public void timer() {
      clock.fire();
    }

    @Actor
    public void worker() {
      work = true;
      at(2);
    }

    @Arbiter
    public void arbiter(L_Result result) {
      clock.fire();
      result.r1 = done ? "done" : "forgotten";
    }
  }
}
