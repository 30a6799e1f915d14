package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.out.Collected;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import io.millrace.stress.Tally;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: workers that may have lost their carrier are forgotten, just when one of them comes for
 * work, or comes back with what it has done. Each item is run once, by that worker (w) or by one that was
 * started in its place (p), and the run ends once.
 */
public final class ForgottenHunt {
  private static final List<Integer> ITEMS = List.of(0, 1, 2, 3);

  private ForgottenHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[wp]{4}, 1", expect = ACCEPTABLE, desc = "each item once, and one end")
  @Outcome(expect = FORBIDDEN, desc = "an item is lost or run twice, or the run does not end")
  public static class Sound {
    private static final Terms TERMS = new Terms(new Config(), false);

    private final Tally tally = new Tally(ITEMS.size());
    private final Meeting meeting = new Meeting();
    private final Idle.Noted effects = new Idle.Noted();
    private final Collected sink = new Collected();
    private final Schedule schedule =
        new Schedule(TERMS, new IteratorFeed(ITEMS), sink, effects, RateLimiter.party(), null);

    public Sound() {
      schedule.reading().open();
    }

    private Worker nextWorker() {
      return effects.nextWorker(schedule, TERMS);
    }

    private Claim work(Worker worker, boolean isFirst) {
      Claim claim = schedule.dispatch().next(worker);
      while (claim != null && claim.hasItem()) {
        if (isFirst) {
          tally.first(claim.index());
        } else {
          tally.second(claim.index());
        }
        claim.finish(
            new Success<>("item", "value", new Details(claim.index(), null, 1, 0, false)), 0);
        sink.settled(claim);
      }
      return claim;
    }

    @Actor
    public void worker() {
      Worker worker = nextWorker();
      meeting.await();
      while (work(worker, true) != null) {
        Delay.upTo(4);
      }
    }

    @Actor
    public void forgetter() {
      meeting.await();
      Delay.holdOpen();
      schedule.absences().forgetIdle();
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      for (Worker worker = nextWorker(); worker != null; worker = nextWorker()) {
        while (work(worker, false) != null) {
          continue;
        }
      }
      result.r1 = tally.read('w', 'p');
      result.r2 = effects.ends();
    }
  }

  /** Looks at what a worker has before the lock is taken, and counts that without a look under it. */
  @JCStressTest
  @State
  @Outcome(id = "[wp]{4}, 1", expect = ACCEPTABLE, desc = "each item once, and one end")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "an item is lost or run twice, or the run does not end")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private final AtomicInteger settled = new AtomicInteger();
    private volatile int done;

    @Actor
    public void worker() {
      meeting.await();
      for (int item = 0; item < ITEMS.size(); item++) {
        done = 1;
        Delay.holdOpen();
        settled.addAndGet(done);
        done = 0;
      }
    }

    @Actor
    public void forgetter() {
      meeting.await();
      int seen = done;
      Delay.holdOpen();
      settled.addAndGet(seen);
    }

    @Arbiter
    public void arbiter(LL_Result result) {
      result.r1 = "wwww";
      result.r2 = settled.get() == ITEMS.size() ? 1 : 0;
    }
  }
}
