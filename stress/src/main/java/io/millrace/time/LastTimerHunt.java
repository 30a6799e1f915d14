package io.millrace.time;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.II_Result;

/**
 * The interleaving: a timer is set just when the thread of the timers has rung the last one, finds nothing to wait for, and ends.
 * Either that thread rings it, or another one is started for it.
 */
public final class LastTimerHunt {
  private LastTimerHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "it rings once, in that thread or in one that was started for it")
  @Outcome(expect = FORBIDDEN, desc = "it does not ring, or twice")
  public static class Sound {
    private final Meeting meeting = new Meeting();
    private final Queue<Runnable> started = new ConcurrentLinkedQueue<>();
    private final Timers timers = new Timers(started::add, 0);
    private final Runnable serving;
    private volatile int rings;

    public Sound() {
      timers.schedule(System.nanoTime(), () -> {});
      serving = started.remove();
    }

    private void ring() {
      rings++;
    }

    @Actor
    public void serve() {
      meeting.await();
      serving.run();
    }

    @Actor
    public void set() {
      meeting.await();
      timers.schedule(System.nanoTime(), this::ring);
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = started.size();
      started.forEach(Runnable::run);
      result.r1 = rings;
    }
  }

  /** Looks for timers, and says only then that nobody rings any more. */
  @JCStressTest
  @State
  @Outcome(
      id = {"1, 0", "1, 1"},
      expect = ACCEPTABLE,
      desc = "it rings once, in that thread or in one that was started for it")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "it does not ring, or twice")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private final AtomicReference<@Nullable Runnable> timer = new AtomicReference<>();
    private volatile boolean isServed = true;
    private int rings;
    private int starts;

    private void ring() {
      rings++;
    }

    private void look() {
      Runnable due = timer.getAndSet(null);
      if (due == null) {
        Delay.holdOpen();
        isServed = false;
      } else {
        due.run();
      }
    }

    @Actor
    public void serve() {
      meeting.await();
      look();
    }

    @Actor
    public void set() {
      meeting.await();
      timer.set(this::ring);
      if (!isServed) {
        starts++;
      }
    }

    @Arbiter
    public void arbiter(II_Result result) {
      result.r2 = starts;
      if (starts > 0) {
        look();
      }
      result.r1 = rings;
    }
  }
}
