package io.millrace.engine.wait;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Claim;
import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.plan.RateLimit;
import io.millrace.stress.HandClock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: an item finds that its permit would come after the run's timeout, just when the limit is raised. It
 * stands in the queue for its permit in the end.
 */
public final class VainHunt {
  private VainHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "queued", expect = ACCEPTABLE, desc = "the item gets its permit")
  @Outcome(expect = FORBIDDEN, desc = "it waits in vain, although the limit was raised")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final RateLimiter limiter =
        RateLimiter.of(RateLimit.spacing(Duration.ofHours(1)), clock);
    private final Ticket ticket = new Ticket(0, "item");
    private final AtomicBoolean isInVain = new AtomicBoolean();
    private final Waits waits;
    private final Obstacle rate;

    /** A run that notes what waits in vain. */
    private final class Noting extends WaitAgainHunt.NeverEnding {
      @Override
      public Long resume(Ticket resumed) {
        return null;
      }

      @Override
      public void waitsInVain(Ticket hopeless) {
        isInVain.set(true);
      }

      @Override
      public boolean waitsNoMore(Ticket hopeless) {
        return isInVain.compareAndSet(true, false);
      }
    }

    /** Of a worker that does nothing. */
    private static final class Still extends Timekeeper {
      Still() {
        super(null);
      }

      @Override
      public void readClock() {}

      @Override
      public void aboutToEndRun() {}
    }

    public Sound() {
      limiter.tryAcquire();
      Config config =
          new Config()
              .with(
                  copy -> {
                    copy.clock = clock;
                    copy.limiter = limiter;
                    copy.runTimeout = Duration.ofSeconds(1);
                  });
      Terms terms = new Terms(config, false);
      waits = new Waits(terms, new Noting(), RateLimiter.party());
      ItemAtHand at = new ItemAtHand(terms, new Still());
      at.take(Claim.of(ticket));
      waits.prepare(at);
      ticket.demand = at.demand;
      rate = waits.closed(at);
    }

    @Actor
    public void worker() {
      waits.await(ticket, rate);
    }

    @Actor
    public void raise() {
      limiter.limit(RateLimit.spacing(Duration.ofNanos(1)));
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = limiter.waiters() == 1 ? "queued" : isInVain.get() ? "in vain" : "lost";
    }
  }

  /** Does not look at the limit again when it is listed as one that waits in vain. */
  @JCStressTest
  @State
  @Outcome(id = "queued", expect = ACCEPTABLE, desc = "the item gets its permit")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "it waits in vain, although the limit was raised")
  public static class Racy {
    private volatile boolean isRaised;
    private volatile boolean isListed;
    private volatile boolean isQueued;

    @Actor
    public void worker() {
      if (isRaised) {
        isQueued = true;
      } else {
        isListed = true;
      }
    }

    @Actor
    public void raise() {
      isRaised = true;
      if (isListed) {
        isQueued = true;
      }
    }

    @Arbiter
    public void arbiter(L_Result result) {
      result.r1 = isQueued ? "queued" : "in vain";
    }
  }
}
