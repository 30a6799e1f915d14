package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.feed.TaskFeed;
import io.millrace.engine.out.ToItems;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: a task is told that its worker was abandoned, just when its executor is shut down and
 * has nothing else to do. The executor has terminated when the task was told, and not before.
 */
public final class UntoldHunt {
  private UntoldHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "told", expect = ACCEPTABLE, desc = "the task was told, then the run was gone")
  @Outcome(expect = FORBIDDEN, desc = "gone before the task was told, or never")
  public static class Sound {
    private final Meeting meeting = new Meeting();
    private final TaskFeed feed = new TaskFeed();
    private boolean isTold;
    private volatile @Nullable String gone;
    private final Schedule schedule =
        new Schedule(
            new Terms(new Config(), true),
            feed,
            new ToItems(),
            new Idle.NoEffects() {
              @Override
              public void joined() {
                gone = isTold ? "told" : "untold";
              }
            },
            RateLimiter.party(),
            null);

    public Sound() {
      feed.onReady(schedule.reading()::sourceReady);
      schedule.reading().open();
      schedule.lock();
      schedule.tells();
      schedule.unlock();
    }

    @Actor
    public void teller() {
      meeting.await();
      isTold = true;
      schedule.told();
    }

    @Actor
    public void shutter() {
      meeting.await();
      feed.shut();
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = gone;
    }
  }

  /** Whoever is last looks for the other, before it says that it was here itself. */
  @JCStressTest
  @State
  @Outcome(id = "told", expect = ACCEPTABLE, desc = "the task was told, then the run was gone")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "gone before the task was told, or never")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private volatile boolean isTold;
    private volatile boolean isShut;
    private volatile @Nullable String gone;

    @Actor
    public void teller() {
      meeting.await();
      boolean isLast = isShut;
      Delay.holdOpen();
      isTold = true;
      if (isLast) {
        gone = "told";
      }
    }

    @Actor
    public void shutter() {
      meeting.await();
      boolean isLast = isTold;
      Delay.holdOpen();
      isShut = true;
      if (isLast) {
        gone = "told";
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = gone;
    }
  }
}
