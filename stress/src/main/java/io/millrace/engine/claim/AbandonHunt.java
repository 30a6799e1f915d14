package io.millrace.engine.claim;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Tally;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: an action that ignored its interrupt comes back at the end of the grace period,
 * just when it is abandoned. Either its owner settles the item and goes on with the rest (o), or the
 * watchdog settles it and takes the rest away (w).
 */
public final class AbandonHunt {
  private static final int ITEMS = 2;

  private AbandonHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"oo", "ww"},
      expect = ACCEPTABLE,
      desc = "one of them has all of it")
  @Outcome(expect = FORBIDDEN, desc = "an item is settled twice, or not at all")
  public static class Sound {
    private static final Thread ABANDONED = new Thread(() -> {});
    private final Tally tally = new Tally(ITEMS);
    private final Claim claim = Claim.loading(0, ITEMS);

    public Sound() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
      Interrupts.send(claim, claim.observe(), ABANDONED, Interruption.ATTEMPT_TIMEOUT);
    }

    @Actor
    public void owner() {
      if (claim.finish("late", 0) || claim.sealInterrupted() == null) {
        return;
      }
      tally.first(claim.index());
      claim.finishSealed("cut off", 0);
      while (claim.hasItem()) {
        tally.first(claim.index());
        claim.finish("done", 0);
      }
    }

    @Actor
    public void watchdog() {
      long seen = claim.observe();
      if (Claim.isInterrupted(seen) && claim.abandon(seen)) {
        tally.second(claim.index(seen));
        Claim rest = claim.afterAbandoned();
        while (rest != null && rest.hasItem()) {
          tally.second(rest.index());
          rest.finish("done", 0);
        }
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('o', 'w');
    }
  }

  /** Each looks at the state and then writes it. */
  @JCStressTest
  @State
  @Outcome(
      id = {"oo", "ww"},
      expect = ACCEPTABLE,
      desc = "one of them has all of it")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "an item is settled twice, or not at all")
  public static class Racy {
    private final Tally tally = new Tally(ITEMS);
    private volatile String state = "interrupted";

    @Actor
    public void owner() {
      if (state.equals("interrupted")) {
        state = "sealed";
        tally.first(0);
        tally.first(1);
      }
    }

    @Actor
    public void watchdog() {
      if (state.equals("interrupted")) {
        state = "abandoned";
        tally.second(0);
        tally.second(1);
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = tally.read('o', 'w');
    }
  }
}
