package io.millrace.engine.out;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.stress.Meeting;
import io.millrace.stress.Tally;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LZ_Result;

/**
 * The interleaving: a worker queues claims while the consumer queues one itself, and takes what is there.
 * Each claim is taken once, in time (c) or later (l), those of the worker in their order.
 */
public final class HandOverHunt {
  /* The worker queues all but the last. */
  private static final int CLAIMS = 4;
  private static final int TAKES = 3;

  private HandOverHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "[cl]{4}, true", expect = ACCEPTABLE, desc = "each claim once")
  @Outcome(expect = FORBIDDEN, desc = "a claim twice, not at all, or too early")
  public static class Sound {
    private final Tally tally = new Tally(CLAIMS);
    private final Meeting meeting = new Meeting();
    private final ClaimQueue queue = new ClaimQueue();
    private long before = -1;
    private boolean ordered = true;

    @Actor
    public void worker() {
      meeting.await();
      for (int claim = 0; claim < CLAIMS - 1; claim++) {
        queue.add(Claim.settled(claim, "outcome"));
      }
    }

    @Actor
    public void consumer() {
      meeting.await();
      queue.add(Claim.settled(CLAIMS - 1, "outcome"));
      for (int take = 0; take < TAKES; take++) {
        for (Claim claim = queue.takeAll(); claim != null; claim = claim.next) {
          tally.first(claim.index(0));
          check(claim);
        }
      }
    }

    @Arbiter
    public void arbiter(LZ_Result result) {
      for (Claim claim = queue.takeAll(); claim != null; claim = claim.next) {
        tally.second(claim.index(0));
        check(claim);
      }
      result.r1 = tally.read('c', 'l');
      result.r2 = ordered;
    }

    private void check(Claim claim) {
      long index = claim.index(0);
      if (index < CLAIMS - 1) {
        ordered &= index > before;
        before = index;
      }
    }
  }

  /** Adds without asking whether somebody else has added meanwhile. */
  @JCStressTest
  @State
  @Outcome(id = "[cl]{4}, true", expect = ACCEPTABLE, desc = "each claim once")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "a claim twice, not at all, or too early")
  public static class Racy {
    private final Tally tally = new Tally(CLAIMS);
    private final Meeting meeting = new Meeting();
    private volatile @Nullable Claim newest;

    @Actor
    public void worker() {
      meeting.await();
      for (int claim = 0; claim < CLAIMS - 1; claim++) {
        add(Claim.settled(claim, "outcome"));
      }
    }

    @Actor
    public void consumer() {
      meeting.await();
      add(Claim.settled(CLAIMS - 1, "outcome"));
    }

    private void add(Claim claim) {
      claim.next = newest;
      newest = claim;
    }

    @Arbiter
    public void arbiter(LZ_Result result) {
      for (Claim claim = newest; claim != null; claim = claim.next) {
        tally.second(claim.index(0));
      }
      result.r1 = tally.read('c', 'l');
      result.r2 = true;
    }
  }
}
