package io.millrace.scope;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import io.millrace.stress.HandClock;
import java.time.Duration;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * The interleaving: a block ends just when its deadline comes. What it made of it, whether the scope was
 * cancelled as its thread sees it on the way out, and as anybody sees it later, have to agree; and no
 * interrupt is left behind.
 */
public final class ScopeEndHunt {
  private static final long DEADLINE = 10;
  private static final int LONGEST_DELAY = 60;

  private ScopeEndHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "value, false, false", expect = ACCEPTABLE, desc = "the deadline came too late")
  @Outcome(id = "value, true, true", expect = ACCEPTABLE, desc = "it came, and nobody noticed")
  @Outcome(id = "caught, true, true", expect = ACCEPTABLE, desc = "it came in time")
  @Outcome(expect = FORBIDDEN, desc = "the end is not settled, or an interrupt strays")
  public static class Sound {
    private final HandClock clock = new HandClock();
    private final CancelScope scope =
        CancelScope.withTimeout(Duration.ofNanos(DEADLINE)).clock(clock);
    private volatile boolean entered;
    private volatile boolean fired;

    private String block() {
      entered = true;
      Delay.upTo(LONGEST_DELAY);
      CancelScope.throwIfCancelled();
      return "value";
    }

    @Actor
    public void owner(LLL_Result result) {
      String end = scope.callOr("caught", this::block);
      result.r2 = scope.cancelled();
      while (!fired) {
        Thread.onSpinWait(); // an interrupt that is still on its way has to arrive before the look
      }
      result.r1 = end + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void timer() {
      while (!entered) {
        Thread.onSpinWait();
      }
      Delay.upTo(LONGEST_DELAY);
      clock.set(DEADLINE);
      clock.fire();
      fired = true;
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r3 = scope.cancelled();
    }
  }

  /** Looks whether the block has ended, and then cancels; clears the flag if it was cancelled by then. */
  @JCStressTest
  @State
  @Outcome(id = "value, false, false", expect = ACCEPTABLE, desc = "the deadline came too late")
  @Outcome(id = "value, true, true", expect = ACCEPTABLE, desc = "it came, and nobody noticed")
  @Outcome(id = "caught, true, true", expect = ACCEPTABLE, desc = "it came in time")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "the end is not settled, or an interrupt strays")
  public static class Racy {
    private volatile Thread owner;
    private volatile boolean ended;
    private volatile boolean cancelled;
    private volatile boolean fired;

    @Actor
    public void owner(LLL_Result result) {
      owner = Thread.currentThread();
      Delay.upTo(LONGEST_DELAY);
      String end = cancelled ? "caught" : "value";
      ended = true;
      result.r2 = cancelled;
      if (cancelled) {
        Thread.interrupted();
      }
      while (!fired) {
        Thread.onSpinWait();
      }
      result.r1 = end + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void timer() {
      Thread thread = owner;
      while (thread == null) {
        Thread.onSpinWait();
        thread = owner;
      }
      Delay.upTo(LONGEST_DELAY);
      if (!ended) {
        Delay.holdOpen();
        cancelled = true;
        thread.interrupt();
      }
      fired = true;
    }

    @Arbiter
    public void arbiter(LLL_Result result) {
      result.r3 = cancelled;
    }
  }
}
