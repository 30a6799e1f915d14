package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Interruption;
import io.millrace.engine.claim.SecondCall;
import io.millrace.outcome.Details;
import io.millrace.stress.Delay;
import io.millrace.stress.Meeting;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: a hedge answers and interrupts the first call, just when a stop interrupts that as well, and abandons it
 * because it ignores both. The item has the answer if there is one, else the failure of what is abandoned.
 */
public final class HedgeHunt {
  private HedgeHunt() {}

  /** A first call that goes on, and its hedge, which runs. */
  private static final class Race {
    final Claim claim = Claim.loading(0, 1);
    final HedgedCall second;

    Race() {
      claim.append("item");
      claim.run(0, Long.MAX_VALUE);
      Details details = new Details(0, null, 1, 0, false);
      second = new HedgedCall(Idle.worker(), claim, claim.observe(), details);
      second.begin();
    }

    /** As whoever makes the hedge. */
    boolean answer() {
      boolean counts = second.answer("answer");
      if (counts && claim.beginInterrupt(second.seen, Interruption.HEDGED)) {
        claim.interruptSent();
      }
      return counts;
    }

    /** As a stop; returns the word with which the owner is abandoned, interrupted by whoever came first. */
    long stop() {
      if (claim.beginInterrupt(claim.observe(), Interruption.RUN_ENDED)) {
        claim.interruptSent();
      }
      return claim.observe();
    }
  }

  @JCStressTest
  @State
  @Outcome(
      id = {"answered, answer", "late, failure"},
      expect = ACCEPTABLE,
      desc = "the item has the answer that there is")
  @Outcome(expect = FORBIDDEN, desc = "an answer is lost, or none is taken for one")
  public static class Sound {
    private final Race race = new Race();
    private final Meeting meeting = new Meeting();

    @Actor
    public void hedge(LL_Result result) {
      meeting.await();
      result.r1 = race.answer() ? "answered" : "late";
    }

    @Actor
    public void stop(LL_Result result) {
      meeting.await();
      long seen = race.stop();
      boolean isAnswered = race.second.drop() == SecondCall.State.ANSWERED;
      while (!race.claim.abandon(
          seen)) { // the interrupt was sent meanwhile: as the next scan finds it
        seen = race.claim.observe();
        isAnswered = race.second.drop() == SecondCall.State.ANSWERED;
      }
      result.r2 = isAnswered && HedgedCall.mayStandFor(seen) ? "answer" : "failure";
    }

    @Arbiter
    public void owner(LL_Result result) {
      if (race.claim.sealInterrupted() != null) {
        result.r2 = "the owner settles it as well";
      }
    }
  }

  /** Goes by who was the first to interrupt, and looks whether there is an answer without an end to that. */
  @JCStressTest
  @State
  @Outcome(
      id = {"answered, answer", "late, failure"},
      expect = ACCEPTABLE,
      desc = "the item has the answer that there is")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "an answer is lost, or none is taken for one")
  public static class Racy {
    private final Race race = new Race();
    private final Meeting meeting = new Meeting();

    @Actor
    public void hedge(LL_Result result) {
      meeting.await();
      result.r1 = race.answer() ? "answered" : "late";
    }

    @Actor
    public void stop(LL_Result result) {
      meeting.await();
      long seen = race.stop();
      boolean counts =
          Claim.isInterrupted(seen)
              && Claim.interruption(seen) == Interruption.HEDGED
              && race.second.state() == SecondCall.State.ANSWERED;
      Delay.holdOpen();
      race.second.drop();
      race.claim.abandon(seen);
      result.r2 = counts ? "answer" : "failure";
    }
  }
}
