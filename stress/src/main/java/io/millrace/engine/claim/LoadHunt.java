package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import io.millrace.stress.Tally;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: the reader appends an item, or ends the loading and runs what is left (o), while
 * a thief takes items from the front (t).
 */
public final class LoadHunt {
  private static final int ITEMS = 4;
  private static final int ATTEMPTS = 12;

  private LoadHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[ot]{4}", expect = ACCEPTABLE, desc = "each item once")
  @Outcome(expect = FORBIDDEN, desc = "an item twice, or not at all")
  public static class Sound {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, ITEMS);

    @Actor
    public void reader() {
      meeting.await();
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
      while (claim.hasItem()) {
        tally.first((int) claim.item());
        claim.finish("done", 0);
      }
    }

    @Actor
    public void thief() {
      meeting.await();
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        Claim stolen = claim.steal(0, Long.MAX_VALUE);
        while (stolen != null && stolen.hasItem()) {
          tally.second((int) stolen.item());
          stolen.finish("done", 0);
        }
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('o', 't');
    }
  }

  /** The thief does not make sure that what it saw still stands when it moves the front. */
  @JCStressTest
  @State
  @Outcome(id = "[ot]{4}", expect = ACCEPTABLE, desc = "each item once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "an item twice, or not at all")
  public static class Racy {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private volatile boolean loading = true;
    private volatile int position;
    private volatile int end;

    @Actor
    public void reader() {
      meeting.await();
      for (int item = 0; item < ITEMS; item++) {
        end++;
      }
      loading = false;
      for (int item = position; item < end; item = position) {
        tally.first(item);
        position = item + 1;
      }
    }

    @Actor
    public void thief() {
      meeting.await();
      for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
        int from = position;
        int to = (from + end + 1) / 2;
        if (loading && from < to) {
          Delay.holdOpen();
          position = to;
          for (int item = from; item < to; item++) {
            tally.second(item);
          }
        }
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('o', 't');
    }
  }
}
