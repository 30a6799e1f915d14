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
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: the owner of a running claim moves on to its next item (o) while a thief, who has
 * seen it at an earlier one, takes items from the end (t).
 */
public final class StealHunt {
  private static final int ITEMS = 4;

  private StealHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[ot]{4}", expect = ACCEPTABLE, desc = "each item once")
  @Outcome(expect = FORBIDDEN, desc = "an item twice, or not at all")
  public static class Sound {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, ITEMS);

    public Sound() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
    }

    @Actor
    public void owner() {
      meeting.await();
      while (claim.hasItem()) {
        tally.first(claim.index());
        claim.finish("done", 0);
      }
    }

    @Actor
    public void thief() {
      meeting.await();
      Claim stolen = claim.steal(0, Long.MAX_VALUE);
      while (stolen != null) {
        while (stolen.hasItem()) {
          tally.second(stolen.index());
          stolen.finish("done", 0);
        }
        stolen = claim.steal(0, Long.MAX_VALUE);
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('o', 't');
    }
  }

  /** Position and end are two variables, so the thief acts on a position that is not true any more. */
  @JCStressTest
  @State
  @Outcome(id = "[ot]{4}", expect = ACCEPTABLE, desc = "each item once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "an item twice, or not at all")
  public static class Racy {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private volatile int position;
    private volatile int end = ITEMS;

    @Actor
    public void owner() {
      meeting.await();
      for (int item = position; item < end; item = position) {
        tally.first(item);
        position = item + 1;
      }
    }

    @Actor
    public void thief() {
      meeting.await();
      int first = position + 1;
      int to = end;
      if (first < to) {
        int middle = (first + to) / 2;
        end = middle;
        for (int item = middle; item < to; item++) {
          tally.second(item);
        }
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('o', 't');
    }
  }
}
