package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.wait.ItemAtHand;
import io.millrace.stress.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: whoever abandons a worker reads the facts of its item, while the worker settles that
 * item and notes those of the next. Either the facts are those of the item, or it is not abandoned.
 */
public final class FactsHunt {
  private static final int ITEMS = 4;
  private static final int LOOKS = 40;

  private FactsHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"right", "not abandoned"},
      expect = ACCEPTABLE,
      desc = "the facts of the item, or none")
  @Outcome(expect = FORBIDDEN, desc = "an item fails with the facts of another")
  public static class Sound {
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, ITEMS);
    private final Worker worker = Idle.worker();

    public Sound() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
    }

    @Actor
    public void worker() {
      meeting.await();
      boolean goesOn = true;
      while (goesOn && claim.hasItem()) {
        ItemAtHand at = worker.take(claim);
        at.key = claim.index();
        at.firstStartNanos = claim.index();
        at.calls = (int) claim.index();
        at.callBegins();
        claim.seal();
        goesOn = claim.finishSealed("done", 0);
      }
    }

    @Actor
    public void watchdog(L_Result result) {
      meeting.await();
      result.r1 = "not abandoned";
      for (int look = 0; look < LOOKS; look++) {
        long seen = claim.observe();
        if (Claim.isBeyondInterrupts(seen)) {
          long index = claim.index(seen);
          ItemAtHand at = worker.atHand(index);
          Object key = at == null ? null : at.key;
          int calls = at == null ? 0 : at.calls;
          if (claim.abandon(seen)) {
            boolean right = key instanceof Long known && known == index && calls == index + 1;
            result.r1 = right ? "right" : key + " " + calls + " of " + index;
            return;
          }
        }
      }
    }
  }

  /** Whoever abandons reads the facts afterwards. */
  @JCStressTest
  @State
  @Outcome(
      id = {"right", "not abandoned"},
      expect = ACCEPTABLE,
      desc = "the facts of the item, or none")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "an item fails with the facts of another")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private final Claim claim = Claim.loading(0, ITEMS);
    private volatile long key;

    public Racy() {
      for (int item = 0; item < ITEMS; item++) {
        claim.append(item);
      }
      claim.run(0, Long.MAX_VALUE);
    }

    @Actor
    public void worker() {
      meeting.await();
      boolean goesOn = true;
      while (goesOn && claim.hasItem()) {
        key = claim.index();
        claim.seal();
        goesOn = claim.finishSealed("done", 0);
      }
    }

    @Actor
    public void watchdog(L_Result result) {
      meeting.await();
      result.r1 = "not abandoned";
      for (int look = 0; look < LOOKS; look++) {
        long seen = claim.observe();
        long index = claim.index(seen);
        if (Claim.isBeyondInterrupts(seen)) {
          long known = key;
          result.r1 = known == index ? "right" : known + " of " + index;
          return;
        }
      }
    }
  }
}
