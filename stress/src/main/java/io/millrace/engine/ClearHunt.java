package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Wakeup;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import io.millrace.stress.Tally;
import io.millrace.time.TimeSource;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LZ_Result;

/**
 * The interleaving: the consumer lets go of what it has taken from a claim, while its owner and a thief
 * work on cells of the same array. Each outcome is taken while they work (c) or afterwards (a), and each
 * item is there when its turn comes.
 */
public final class ClearHunt {
  private static final int ITEMS = 6;
  private static final int LOOKS = 12;

  private ClearHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[ca]{6}, true", expect = ACCEPTABLE, desc = "each outcome once, and each item")
  @Outcome(expect = FORBIDDEN, desc = "an outcome twice, or something was cleared too early")
  public static class Sound {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final Outlet outlet = new Outlet(new Wakeup(TimeSource.system()));
    private final Taker taker = Idle.taker(outlet);
    private final Claim claim = Claim.loading(0, ITEMS);
    private volatile boolean isMissing;

    public Sound() {
      for (long item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
    }

    private void work(Claim some) {
      isMissing |= !(some.item() instanceof Long item) || item != some.index();
      Details details = new Details(some.index(), null, 1, 0, false);
      some.finish(new Success<>("item", "value", details), 0);
      outlet.settled(some);
      outlet.show(some); // as a consumer that runs dry is shown it
    }

    @Actor
    public void owner() {
      meeting.await();
      while (claim.hasItem()) {
        work(claim);
      }
    }

    @Actor
    public void thiefAndConsumer() {
      meeting.await();
      Claim stolen = null;
      for (int look = 0; look < LOOKS; look++) {
        io.millrace.outcome.Outcome<?, ?> outcome = taker.poll();
        if (outcome != null) {
          tally.first(outcome.index());
        }
        if (stolen == null || !stolen.hasItem()) {
          stolen = claim.steal(0, Long.MAX_VALUE);
        }
        if (stolen != null) {
          work(stolen);
        }
      }
      while (stolen != null && stolen.hasItem()) {
        work(stolen);
      }
    }

    @Arbiter
    public void arbiter(LZ_Result result) {
      io.millrace.outcome.Outcome<?, ?> outcome = taker.poll();
      while (outcome != null) {
        tally.second(outcome.index());
        outcome = taker.poll();
      }
      result.r1 = tally.read('c', 'a');
      result.r2 = !isMissing;
    }
  }

  /** Lets go of everything up to where the owner is by now, not up to where it took. */
  @JCStressTest
  @State
  @Outcome(id = "[ca]{6}, true", expect = ACCEPTABLE, desc = "each outcome once, and each item")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "an outcome twice, or something was cleared too early")
  public static class Racy {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final AtomicReferenceArray<String> outcomes = new AtomicReferenceArray<>(ITEMS);
    private volatile int position;
    private int delivered;

    @Actor
    public void owner() {
      meeting.await();
      for (int item = 0; item < ITEMS; item++) {
        outcomes.set(item, "done");
        position = item + 1;
      }
    }

    @Actor
    public void consumer() {
      meeting.await();
      for (int look = 0; look < LOOKS; look++) {
        int from = delivered;
        for (int end = position; delivered < end; delivered++) {
          if (outcomes.get(delivered) != null) {
            tally.first(delivered);
          }
        }
        Delay.holdOpen();
        for (int item = from; item < position; item++) {
          outcomes.set(item, null);
        }
      }
    }

    @Arbiter
    public void arbiter(LZ_Result result) {
      for (; delivered < ITEMS; delivered++) {
        if (outcomes.get(delivered) != null) {
          tally.second(delivered);
        }
      }
      result.r1 = tally.read('c', 'a');
      result.r2 = true;
    }
  }
}
