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
 * The interleaving: an inner and an outer scope are cancelled while the inner one is left. Who
 * absorbs: the inner one only if its block saw no outer cancellation, the outer one what is left; and no
 * interrupt strays from the one to the code of the other.
 */
public final class OuterScopeHunt {
  private static final int LONGEST_DELAY = 60;

  /* About as long as it takes to throw and to leave. */
  private static final int LONGEST_GAP = 500;

  private OuterScopeHunt() {}

  @JCStressTest
  @State
  @Outcome(id = "inner then outer, clear", expect = ACCEPTABLE, desc = "each absorbed its own")
  @Outcome(id = "outer, clear", expect = ACCEPTABLE, desc = "the inner one passed the outer's on")
  @Outcome(expect = FORBIDDEN, desc = "the inner one absorbed the outer's, or an interrupt strays")
  public static class Sound {
    private final CancelScope outer = CancelScope.of();
    private final CancelScope inner = CancelScope.of();
    private volatile boolean entered;
    private volatile boolean done;

    /* The owner's own. */
    private boolean sawOuter;

    private String inside() throws InterruptedException {
      entered = true;
      while (!Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }
      Delay.upTo(LONGEST_DELAY);
      sawOuter = outer.cancelled();
      throw new InterruptedException();
    }

    private String around(LL_Result result) throws InterruptedException {
      inner.run(this::inside);
      result.r1 = sawOuter ? "inner absorbed the outer's, then " : "inner then ";
      while (!Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait(); // hangs if the inner one took the outer's interrupt with it
      }
      throw new InterruptedException();
    }

    @Actor
    public void owner(LL_Result result) {
      result.r1 = "";
      try {
        String end = outer.callOr("outer", () -> around(result));
        result.r1 += end;
      } catch (InterruptedException nobodys) {
        result.r1 += "nobody";
      }
      while (!done) {
        Thread.onSpinWait(); // an interrupt that is still on its way has to arrive before the look
      }
      result.r2 = Thread.interrupted() ? "stray" : "clear";
    }

    @Actor
    public void canceller() {
      while (!entered) {
        Thread.onSpinWait();
      }
      inner.cancel();
      Delay.upTo(LONGEST_GAP);
      outer.cancel();
      done = true;
    }
  }

  /** The inner scope absorbs what it can, and clears the flag; one cancellation is as good as the other. */
  @JCStressTest
  @State
  @Outcome(id = "inner then outer, clear", expect = ACCEPTABLE, desc = "each absorbed its own")
  @Outcome(id = "outer, clear", expect = ACCEPTABLE, desc = "the inner one passed the outer's on")
  @Outcome(
      expect = ACCEPTABLE_INTERESTING,
      desc = "the inner one absorbed the outer's, or an interrupt strays")
  public static class Racy {
    private volatile Thread owner;
    private volatile boolean outer;
    private volatile boolean inner;
    private volatile boolean done;

    @Actor
    public void owner(LL_Result result) {
      owner = Thread.currentThread();
      while (!Thread.currentThread().isInterrupted()) {
        Thread.onSpinWait();
      }
      Delay.upTo(LONGEST_DELAY);
      boolean sawOuter = outer;
      if (inner) {
        Thread.interrupted();
        result.r1 = sawOuter ? "inner absorbed the outer's, then outer" : "inner then outer";
      } else {
        result.r1 = "outer";
      }
      if (outer) {
        Thread.interrupted();
      }
      while (!done) {
        Thread.onSpinWait();
      }
      result.r2 = Thread.interrupted() ? "stray" : "clear";
    }

    @Actor
    public void canceller() {
      Thread thread = owner;
      while (thread == null) {
        Thread.onSpinWait();
        thread = owner;
      }
      inner = true;
      thread.interrupt();
      Delay.upTo(LONGEST_GAP);
      outer = true;
      thread.interrupt();
      done = true;
    }
  }
}
