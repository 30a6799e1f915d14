package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Wakeup;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import io.millrace.time.TimeSource;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: a worker has settled the last item, and is forgotten just when it hands that over: so the run is over before
 * the outcome is in the queue. The consumer takes it all the same.
 */
public final class LastHandOverHunt {
  private LastHandOverHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "taken", expect = ACCEPTABLE, desc = "the last outcome, then the end")
  @Outcome(expect = FORBIDDEN, desc = "the end without the last outcome")
  public static class Sound {
    private static final Terms TERMS = new Terms(new Config(), false);

    private final Meeting meeting = new Meeting();
    private final Wakeup wakeup = new Wakeup(TimeSource.system());
    private final Outlet outlet = new Outlet(wakeup);
    private int generation;
    private final Schedule schedule =
        new Schedule(
            TERMS,
            new IteratorFeed(List.of("only")),
            outlet,
            new Idle.NoEffects() {
              @Override
              public void startWorker(int itsGeneration) {
                generation = itsGeneration;
              }
            },
            RateLimiter.party(),
            null);
    private final Taker taker = Idle.taker(schedule, wakeup, outlet);
    private final Claim claim;

    public Sound() {
      schedule.reading().open();
      Worker worker = new Worker(schedule, null, TERMS, generation);
      claim = schedule.dispatch().next(worker);
    }

    @Actor
    public void worker() {
      meeting.await();
      claim.finish(new Success<>("only", "value", new Details(0, null, 1, 0, false)), 0);
      outlet.settled(claim);
    }

    @Actor
    public void forgetterAndConsumer(L_Result result) {
      meeting.await();
      while (!schedule.isOver()) {
        schedule.absences().forgetIdle();
      }
      try {
        result.r1 = taker.take() == null ? "lost" : "taken";
      } catch (InterruptedException why) {
        result.r1 = "interrupted";
      }
    }
  }

  /** Takes what is in the queue when the run is over. */
  @JCStressTest
  @State
  @Outcome(id = "taken", expect = ACCEPTABLE, desc = "the last outcome, then the end")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the end without the last outcome")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private volatile boolean isSettled;
    private volatile @Nullable String queued;

    @Actor
    public void worker() {
      meeting.await();
      isSettled = true;
      Delay.holdOpen();
      queued = "only";
    }

    @Actor
    public void consumer(L_Result result) {
      meeting.await();
      while (!isSettled) {
        Thread.onSpinWait();
      }
      Delay.holdOpen();
      result.r1 = queued == null ? "lost" : "taken";
    }
  }
}
