package io.millrace.engine;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.feed.IteratorFeed;
import io.millrace.engine.out.Collected;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.engine.wait.Waits;
import io.millrace.limit.RateLimiter;
import io.millrace.limit.spi.Party;
import io.millrace.plan.Hedge;
import io.millrace.plan.Retry;
import io.millrace.stress.Delay;
import io.millrace.stress.HandClock;
import io.millrace.stress.Meeting;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LI_Result;

/**
 * The interleaving: a scan finds a call that takes long, and offers to make it a second time, just when it ends. No worker gets the
 * offer then, and what was taken for it from the budget of hedges is given back.
 */
public final class HedgeOfferHunt {
  /* What a budget without a share has: see Hedge.budget. */
  private static final int BUDGET = 5;
  private static final int DELAY_NANOS = 10;

  private HedgeOfferHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"offered, 5", "unseen, 5"},
      expect = ACCEPTABLE,
      desc = "nothing is left of an offer")
  @Outcome(expect = FORBIDDEN, desc = "a worker gets it all the same, or the budget is short")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final Meeting meeting = new Meeting();
    private final Queue<Integer> wanted = new ConcurrentLinkedQueue<>();
    private final Hedge hedge = Hedge.after(Duration.ofNanos(DELAY_NANOS)).budget(0);
    private final Terms terms =
        new Terms(
            new Config()
                .with(
                    copy -> {
                      copy.concurrency = 2;
                      copy.clock = clock;
                      copy.hedge = hedge;
                    }),
            false);
    private final Party party = RateLimiter.party();
    private final Collected sink = new Collected();
    private final Schedule schedule =
        new Schedule(
            terms,
            new IteratorFeed(List.of(0)),
            sink,
            new Idle.NoEffects() {
              @Override
              public void startWorker(int generation) {
                wanted.add(generation);
              }
            },
            party,
            null);
    private final Hedging hedging;
    private final Worker owner;
    private final Claim claim;

    public Sound() {
      Waits waits = new Waits(terms, schedule.waiting(), party);
      Failures failures = new Failures(terms.config);
      Abandonment abandonment = new Abandonment(terms, schedule, waits, failures, sink);
      hedging = Hedging.of(terms, schedule, new Interrupter(terms, schedule, abandonment));
      schedule.reading().open();
      owner = new Worker(schedule, null, terms, wanted.remove());
      claim = schedule.dispatch().next(owner);
      getAll();
      hedging.callBegins(owner, claim);
    }

    /* Whether any of the workers that were to be started gets something to do. */
    private boolean getAll() {
      boolean isAny = false;
      while (!wanted.isEmpty()) {
        isAny |=
            schedule.dispatch().next(new Worker(schedule, null, terms, wanted.remove())) != null;
      }
      return isAny;
    }

    @Actor
    public void scan() {
      clock.set(DELAY_NANOS);
      meeting.await();
      clock.fire();
    }

    @Actor
    public void owner() {
      meeting.await();
      Delay.upTo(100);
      hedging.callEnded(owner, claim, Retry.none(), "value", null);
    }

    @Arbiter
    public void arbiter(LI_Result result) {
      result.r1 = wanted.isEmpty() ? "unseen" : getAll() ? "left" : "offered";
      while (result.r2 <= BUDGET && hedge.tryTake(DELAY_NANOS)) {
        result.r2++;
      }
    }
  }

  /** Looks whether the call goes on before it says that there is an offer. */
  @JCStressTest
  @State
  @Outcome(
      id = {"offered, 5", "unseen, 5"},
      expect = ACCEPTABLE,
      desc = "nothing is left of an offer")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "a worker gets it all the same, or the budget is short")
  public static class Racy {
    private final Meeting meeting = new Meeting();
    private final AtomicInteger budget = new AtomicInteger(BUDGET);
    private volatile boolean isInCall = true;
    private volatile boolean isOffered;
    private volatile boolean isTakenBack;

    @Actor
    public void scan() {
      meeting.await();
      if (isInCall) {
        Delay.holdOpen();
        budget.decrementAndGet();
        isOffered = true;
      }
    }

    @Actor
    public void owner() {
      meeting.await();
      isInCall = false;
      if (isOffered) {
        isTakenBack = true;
        budget.incrementAndGet();
      }
    }

    @Arbiter
    public void arbiter(LI_Result result) {
      result.r1 = !isOffered ? "unseen" : isTakenBack ? "offered" : "left";
      result.r2 = budget.get();
    }
  }
}
