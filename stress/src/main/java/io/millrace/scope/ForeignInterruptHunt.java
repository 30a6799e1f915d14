package io.millrace.scope;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.stress.Delay;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: somebody interrupts a thread, and the scope that it is inside of is cancelled after
 * that, just when the thread leaves it. The scope clears its own interrupt, and never somebody else's.
 */
public final class ForeignInterruptHunt {
  private static final int LONGEST_DELAY = 60;

  private ForeignInterruptHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "value, kept", expect = ACCEPTABLE, desc = "the block ended first")
  @Outcome(id = "caught, kept", expect = ACCEPTABLE, desc = "the cancellation came first")
  @Outcome(expect = FORBIDDEN, desc = "somebody's interrupt is lost")
  public static class Sound {
    private final CancelScope scope = CancelScope.of();
    private volatile Thread owner;
    private volatile boolean done;

    private String block() {
      owner = Thread.currentThread();
      Delay.upTo(LONGEST_DELAY);
      CancelScope.throwIfCancelled();
      return "value";
    }

    @Actor
    public void owner(LL_Result result) {
      result.r1 = scope.callOr("caught", this::block);
      while (!done) {
        Thread.onSpinWait();
      }
      result.r2 = Thread.interrupted() ? "kept" : "lost";
    }

    @Actor
    public void somebody() {
      Thread thread = owner;
      while (thread == null) {
        Thread.onSpinWait();
        thread = owner;
      }
      Delay.upTo(LONGEST_DELAY);
      thread.interrupt();
      scope.cancel();
      done = true;
    }
  }

  /** Whoever was cancelled takes the flag for its own. */
  @JCStressTest
  @State
  @Outcome(id = "value, kept", expect = ACCEPTABLE, desc = "the block ended first")
  @Outcome(id = "caught, kept", expect = ACCEPTABLE, desc = "the cancellation came first")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "somebody's interrupt is lost")
  public static class Racy {
    private volatile boolean cancelled;
    private volatile Thread owner;
    private volatile boolean done;

    @Actor
    public void owner(LL_Result result) {
      owner = Thread.currentThread();
      Delay.upTo(LONGEST_DELAY);
      boolean caught = cancelled;
      result.r1 = caught ? "caught" : "value";
      if (caught) {
        Thread.interrupted();
      }
      while (!done) {
        Thread.onSpinWait();
      }
      result.r2 = Thread.interrupted() ? "kept" : "lost";
    }

    @Actor
    public void somebody() {
      Thread thread = owner;
      while (thread == null) {
        Thread.onSpinWait();
        thread = owner;
      }
      Delay.upTo(LONGEST_DELAY);
      thread.interrupt();
      cancelled = true;
      thread.interrupt();
      done = true;
    }
  }
}
