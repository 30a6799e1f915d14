package io.millrace.engine.thread;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.HandClock;
import io.millrace.stress.Meeting;
import io.millrace.time.TimeSource;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The interleaving: an alarm is set just when it is cancelled for good. It does not ring any more, and no
 * timer is left behind.
 */
public final class AlarmCancelHunt {
  private AlarmCancelHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it does not ring, and no timer is left")
  @Outcome(expect = FORBIDDEN, desc = "it rings, or a timer is left")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final Meeting meeting = new Meeting();
    private final Alarm alarm = new Alarm(clock, this::ring);
    private int rings;

    private void ring() {
      rings++;
    }

    @Actor
    public void setter() {
      meeting.await();
      alarm.at(1);
    }

    @Actor
    public void canceller() {
      meeting.await();
      alarm.cancel();
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = clock.pending();
      clock.set(1);
      clock.fire();
      result.r1 = rings;
    }
  }

  /** Looks whether it was cancelled, and then makes the timer. */
  @JCStressTest
  @State
  @Outcome(id = "0, 0", expect = ACCEPTABLE, desc = "it does not ring, and no timer is left")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "it rings, or a timer is left")
  public static class Racy {
    private final HandClock clock = new HandClock();
    private final Meeting meeting = new Meeting();
    private volatile TimeSource.Timer timer;
    private volatile boolean cancelled;
    private int rings;

    @Actor
    public void setter() {
      meeting.await();
      if (!cancelled) {
        timer = clock.schedule(1, () -> rings++);
      }
    }

    @Actor
    public void canceller() {
      meeting.await();
      cancelled = true;
      TimeSource.Timer started = timer;
      if (started != null) {
        started.cancel();
      }
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = clock.pending();
      clock.set(1);
      clock.fire();
      result.r1 = rings;
    }
  }
}
