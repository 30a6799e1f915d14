package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.base.ShortLock;
import io.millrace.engine.claim.Claim;
import io.millrace.engine.out.Outlet;
import io.millrace.engine.out.Wakeup;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import io.millrace.stress.Tally;
import io.millrace.time.TimeSource;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: a consumer that has run dry asks for what was finished in claims that are still being
 * worked on, just when a worker has finished an item that took long, and gives back its claim. The outcome
 * is taken then (c), or it is in the queue afterwards (q).
 */
public final class UnseenHunt {
  private static final int ITEMS = 2;
  private static final long LATER_NANOS = 10 * Backlog.LATE_NANOS;

  private UnseenHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[cq]-", expect = ACCEPTABLE, desc = "the outcome, once")
  @Outcome(expect = FORBIDDEN, desc = "it is lost, or comes twice")
  public static class Sound {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private final ShortLock lock = new ShortLock();
    private final Backlog backlog = new Backlog();
    private final Outlet outlet = new Outlet(new Wakeup(TimeSource.system()));
    private final Claim claim = Claim.loading(0, ITEMS);

    public Sound() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
      backlog.handOut(claim);
    }

    @Actor
    public void worker() {
      meeting.await();
      Details details = new Details(claim.index(), null, 1, 0, false);
      claim.finish(new Success<>("item", "value", details), LATER_NANOS);
      outlet.settled(claim);
      lock.lock();
      try { // as Schedule does
        backlog.giveBack(claim);
        claim.splitRest();
        outlet.givenBack(claim);
      } finally {
        lock.unlock();
      }
    }

    @Actor
    public void consumer() {
      meeting.await();
      Delay.holdOpen();
      lock.lock();
      try {
        backlog.showUnseen(LATER_NANOS, outlet);
      } finally {
        lock.unlock();
      }
      for (Claim each = outlet.claims().takeAll(); each != null; each = next(each)) {
        for (int end = each.look(); each.delivered < end; each.delivered++) {
          tally.first(0);
        }
      }
    }

    private static Claim next(Claim claim) {
      Claim next = claim.next;
      claim.next = null;
      return next;
    }

    @Arbiter
    public void arbiter(L_Result result) {
      for (Claim each = outlet.claims().takeAll(); each != null; each = each.next) {
        for (int end = each.look(); each.delivered < end; each.delivered++) {
          tally.second(0);
        }
      }
      result.r1 = tally.read('c', 'q');
    }
  }

  /** A claim that is given back is not shown any more: its owner has told of all that it finished. */
  @JCStressTest
  @State
  @Outcome(id = "[cq]-", expect = ACCEPTABLE, desc = "the outcome, once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "it is lost, or comes twice")
  public static class Racy {
    private final Tally tally = new Tally(ITEMS);
    private final Meeting meeting = new Meeting();
    private volatile boolean isUnseen = true;
    private volatile boolean isAwaited;
    private volatile boolean isQueued;
    private volatile int position;
    private int delivered;

    @Actor
    public void worker() {
      meeting.await();
      position = 1;
      if (isAwaited) {
        isQueued = true;
      }
      isUnseen = false;
    }

    @Actor
    public void consumer() {
      meeting.await();
      Delay.holdOpen();
      isAwaited = true;
      if (isUnseen) {
        for (int end = position; delivered < end; delivered++) {
          tally.first(0);
        }
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      if (isQueued && delivered < position) {
        tally.second(0);
      }
      result.r1 = tally.read('c', 'q');
    }
  }
}
