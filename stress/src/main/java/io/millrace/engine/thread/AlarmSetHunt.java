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
 * The interleaving: an alarm is set for two times at once. It rings once, at the earlier one, and no
 * timer is left behind for the other.
 */
public final class AlarmSetHunt {
  private static final int EARLY = 3;
  private static final int LATE = 5;

  private AlarmSetHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it rings once, and no timer is left")
  @Outcome(expect = FORBIDDEN, desc = "it does not ring in time, or a timer is left")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final Meeting meeting = new Meeting();
    private final Alarm alarm = new Alarm(clock, this::ring);
    private int rings;

    private void ring() {
      rings++;
    }

    @Actor
    public void early() {
      meeting.await();
      alarm.at(EARLY);
    }

    @Actor
    public void late() {
      meeting.await();
      alarm.at(LATE);
    }

    @Arbiter
    public void arbiter(II_Result result) {
      clock.set(EARLY);
      clock.fire();
      result.r1 = rings;
      result.r2 = clock.pending();
    }
  }

  /** Whoever replaces a timer that is just being made does not tell its maker. */
  @JCStressTest
  @State
  @Outcome(id = "1, 0", expect = ACCEPTABLE, desc = "it rings once, and no timer is left")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a timer is left")
  public static class Racy {
    private final HandClock clock = new HandClock();
    private final Meeting meeting = new Meeting();
    private Setting current;
    private int rings;

    private static final class Setting {
      final long dueNanos;
      volatile TimeSource.Timer timer;

      Setting(long dueNanos) {
        this.dueNanos = dueNanos;
      }
    }

    private void at(long nanos) {
      Setting replaced;
      Setting mine = new Setting(nanos);
      synchronized (this) {
        replaced = current;
        if (replaced != null && replaced.dueNanos <= nanos) {
          return;
        }
        current = mine;
      }
      mine.timer = clock.schedule(nanos, () -> rings++);
      TimeSource.Timer old = replaced == null ? null : replaced.timer;
      if (old != null) {
        old.cancel();
      }
    }

    @Actor
    public void early() {
      meeting.await();
      at(EARLY);
    }

    @Actor
    public void late() {
      meeting.await();
      at(LATE);
    }

    @Arbiter
    public void arbiter(II_Result result) {
      clock.set(EARLY);
      clock.fire();
      result.r1 = rings;
      result.r2 = clock.pending();
    }
  }
}
