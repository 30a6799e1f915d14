package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.ZZ_Result;

/**
 * The interleaving: a thief takes an item just when the owner gets through with its claim, whose cells the
 * consumer then need not clear if they are nobody else's. Whoever sees that the owner is through sees that
 * there was a thief (first: there was one; second: the cells are taken for the claim's own).
 */
public final class SharedCellsHunt {
  private static final int ITEMS = 2;

  private SharedCellsHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "known")
  @Outcome(id = "false, false", expect = ACCEPTABLE, desc = "cleared without need")
  @Outcome(expect = FORBIDDEN, desc = "what a thief still has would be kept")
  public static class Sound {
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, ITEMS);

    public Sound() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
    }

    @Actor
    public void owner(ZZ_Result result) {
      meeting.await();
      while (claim.hasItem()) {
        claim.finish("done", 0);
      }
      result.r2 = claim.hasCellsForItself();
    }

    @Actor
    public void thief(ZZ_Result result) {
      meeting.await();
      result.r1 = claim.steal(0, Long.MAX_VALUE) != null;
    }
  }

  /** The thief says so when it has what it wanted. */
  @JCStressTest
  @State
  @Outcome(
      id = {"true, false", "false, true"},
      expect = ACCEPTABLE,
      desc = "known")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "what a thief still has would be kept")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, ITEMS);
    private volatile boolean isShared;

    public Racy() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
    }

    @Actor
    public void owner(ZZ_Result result) {
      meeting.await();
      while (claim.hasItem()) {
        claim.finish("done", 0);
      }
      result.r2 = !isShared;
    }

    @Actor
    public void thief(ZZ_Result result) {
      meeting.await();
      boolean isThief = claim.steal(0, Long.MAX_VALUE) != null;
      Delay.holdOpen();
      isShared = isThief;
      result.r1 = isThief;
    }
  }
}
