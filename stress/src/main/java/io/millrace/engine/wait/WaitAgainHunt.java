package io.millrace.engine.wait;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.claim.Ticket;
import io.millrace.engine.terms.Config;
import io.millrace.engine.terms.Terms;
import io.millrace.limit.RateLimiter;
import io.millrace.outcome.AttemptEvent;
import io.millrace.stress.Delay;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.L_Result;

/**
 * The interleaving: an item that waited goes on, and waits again for something else before the end of its
 * first wait is noted. The end of the run finds it among those that wait, and lets it go.
 */
public final class WaitAgainHunt {
  private WaitAgainHunt() {}

  /** A run in which nothing happens. */
  abstract static class NeverEnding implements Resuming {
    @Override
    public Long resume(List<Ticket> tickets) {
      for (Ticket ticket : tickets) {
        resume(ticket);
      }
      return null;
    }

    @Override
    public Long returned(List<Ticket> tickets) {
      return null;
    }

    @Override
    public boolean hasEnded() {
      return false;
    }

    @Override
    public boolean isPaused() {
      return false;
    }

    @Override
    public void breakOff(Throwable why) {}

    @Override
    public boolean delay(Ticket ticket) {
      return false;
    }

    @Override
    public boolean withdraw(Ticket ticket) {
      return false;
    }

    @Override
    public Long wakeDue(long nowNanos) {
      return null;
    }

    @Override
    public void waitsInVain(Ticket ticket) {}

    @Override
    public boolean waitsNoMore(Ticket ticket) {
      return false;
    }

    @Override
    public int reserve() {
      return NO_SLOT;
    }

    @Override
    public void startWorker(int generation) {}
  }

  @JCStressTest
  @State
  @Outcome(id = "let go", expect = ACCEPTABLE, desc = "it was found")
  @Outcome(expect = FORBIDDEN, desc = "it waits for ever")
  public static class Sound {
    private final Ticket ticket = new Ticket(0, "item");
    private final Queue first = new Queue();
    private final Queue second = new Queue();
    private final Waits waits;
    private volatile boolean goesOn;

    /** Where one item waits. */
    private static final class Queue implements Obstacle {
      private final AtomicReference<Ticket> waiting = new AtomicReference<>();

      @Override
      public boolean tryPass(ItemAtHand at) {
        return false;
      }

      @Override
      public AttemptEvent.Reason reason() {
        return AttemptEvent.Reason.RATE;
      }

      @Override
      public boolean enqueue(Ticket ticket) {
        waiting.set(ticket);
        return false;
      }

      @Override
      public boolean cancel(Ticket ticket) {
        return waiting.compareAndSet(ticket, null);
      }
    }

    public Sound() {
      Resuming run =
          new NeverEnding() {
            @Override
            public Long resume(Ticket resumed) {
              goesOn = true;
              return null;
            }
          };
      waits = new Waits(new Terms(new Config(), false), run, RateLimiter.party());
      waits.await(ticket, first);
    }

    @Actor
    public void freer() {
      waits.endWait(ticket);
    }

    @Actor
    public void worker() {
      while (!goesOn) {
        Thread.onSpinWait();
      }
      waits.await(ticket, second);
    }

    @Arbiter
    public void end(L_Result result) {
      waits.endSome(Long.MAX_VALUE);
      result.r1 = second.waiting.get() == null ? "let go" : "waits";
    }
  }

  /** Notes only whether the item waits, not how many of its waits have not ended. */
  @JCStressTest
  @State
  @Outcome(id = "let go", expect = ACCEPTABLE, desc = "it was found")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "it waits for ever")
  public static class Racy {
    private volatile boolean isListed = true;
    private volatile boolean goesOn;

    @Actor
    public void freer() {
      goesOn = true;
      Delay.holdOpen();
      isListed = false;
    }

    @Actor
    public void worker() {
      while (!goesOn) {
        Thread.onSpinWait();
      }
      isListed = true;
    }

    @Arbiter
    public void end(L_Result result) {
      result.r1 = isListed ? "let go" : "waits";
    }
  }
}
