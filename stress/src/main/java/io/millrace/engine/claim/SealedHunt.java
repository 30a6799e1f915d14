package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Meeting;
import io.millrace.stress.Tally;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LII_Result;

/**
 * The interleaving: an owner that has sealed its item leaves it waiting and goes on, just when it is
 * abandoned because the run has ended. Either the owner has all items (o), one settled and one waiting,
 * or the watchdog has them (w), and nothing of the owner's counts.
 */
public final class SealedHunt {
  private static final int ITEMS = 2;

  private SealedHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "oo, 1, 1", expect = ACCEPTABLE, desc = "the owner was first")
  @Outcome(id = "ww, 0, 0", expect = ACCEPTABLE, desc = "it was abandoned first")
  @Outcome(expect = FORBIDDEN, desc = "an item is settled twice, or counted wrongly")
  public static class Sound {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, ITEMS);
    private final long seen;

    public Sound() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
      claim.seal();
      seen = claim.observe();
    }

    @Actor
    public void owner() {
      meeting.await();
      long index = claim.index();
      if (claim.leaveWaiting(0)) {
        tally.first(index);
        tally.first(claim.index());
        claim.finish("done", 0);
      }
    }

    @Actor
    public void watchdog() {
      meeting.await();
      if (claim.abandon(seen)) {
        tally.second(claim.index(seen));
        Claim rest = claim.afterAbandoned();
        while (rest != null && rest.hasItem()) {
          tally.second(rest.index());
          rest.finish("done", 0);
        }
      }
    }

    @Arbiter
    public void arbiter(LII_Result result) {
      result.r1 = tally.read('o', 'w');
      result.r2 = claim.settled();
      result.r3 = claim.waiting();
    }
  }

  /** The number of waiting items is not in the word. */
  @JCStressTest
  @State
  @Outcome(id = "oo, 1, 1", expect = ACCEPTABLE, desc = "the owner was first")
  @Outcome(id = "ww, 0, 0", expect = ACCEPTABLE, desc = "it was abandoned first")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "an item is settled twice, or counted wrongly")
  public static class Racy {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private volatile boolean abandoned;
    private volatile int position;
    private volatile int waiting;

    @Actor
    public void owner() {
      meeting.await();
      waiting++;
      if (!abandoned) {
        position = ITEMS;
        tally.first(0);
        tally.first(1);
      }
    }

    @Actor
    public void watchdog() {
      meeting.await();
      if (position == 0) {
        abandoned = true;
        tally.second(0);
        tally.second(1);
      }
    }

    @Arbiter
    public void arbiter(LII_Result result) {
      result.r1 = tally.read('o', 'w');
      result.r2 = position - Math.min(waiting, position);
      result.r3 = waiting;
    }
  }
}
