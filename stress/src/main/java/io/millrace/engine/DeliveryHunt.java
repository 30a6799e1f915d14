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
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: the owner finishes an item and sees that its claim is still queued, while the
 * consumer has already looked and takes it off. Each outcome is taken by the consumer while the owner
 * works (c) or afterwards (a).
 */
public final class DeliveryHunt {
  private static final int ITEMS = 3;
  private static final int LOOKS = 12;

  private DeliveryHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[ca]{3}", expect = ACCEPTABLE, desc = "each outcome once")
  @Outcome(expect = FORBIDDEN, desc = "an outcome twice, or not at all")
  public static class Sound {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final Outlet outlet = new Outlet(new Wakeup(TimeSource.system()));
    private final Taker taker = Idle.taker(outlet);
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
        Details details = new Details(claim.index(), null, 1, 0, false);
        claim.finish(new Success<>("item", "value", details), 0);
        outlet.settled(claim);
      }
    }

    @Actor
    public void consumer() {
      meeting.await();
      for (int look = 0; look < LOOKS; look++) {
        io.millrace.outcome.Outcome<?, ?> outcome = taker.poll();
        if (outcome != null) {
          tally.first(outcome.index());
        }
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      io.millrace.outcome.Outcome<?, ?> outcome = taker.poll();
      while (outcome != null) {
        tally.second(outcome.index());
        outcome = taker.poll();
      }
      result.r1 = tally.read('c', 'a');
    }
  }

  /** The consumer looks before it says that it does: what is finished in between is not enqueued. */
  @JCStressTest
  @State
  @Outcome(id = "[ca]{3}", expect = ACCEPTABLE, desc = "each outcome once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "an outcome twice, or not at all")
  public static class Racy {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final Queue<Racy> claims = new ConcurrentLinkedQueue<>();
    private volatile int position;
    private volatile boolean queued;
    private int delivered;

    @Actor
    public void owner() {
      meeting.await();
      for (int item = 0; item < ITEMS; item++) {
        position++;
        if (!queued) {
          queued = true;
          claims.add(this);
        }
      }
    }

    @Actor
    public void consumer() {
      meeting.await();
      for (int look = 0; look < LOOKS; look++) {
        if (claims.poll() != null) {
          int end = position;
          Delay.holdOpen();
          queued = false;
          for (; delivered < end; delivered++) {
            tally.first(delivered);
          }
        }
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      if (claims.poll() != null) {
        for (; delivered < position; delivered++) {
          tally.second(delivered);
        }
      }
      result.r1 = tally.read('c', 'a');
    }
  }
}
