package io.millrace.executor;

import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE;
import static org.openjdk.jcstress.annotations.Expect.ACCEPTABLE_INTERESTING;
import static org.openjdk.jcstress.annotations.Expect.FORBIDDEN;

import io.millrace.engine.feed.TaskFeed;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.plan.Context;
import io.millrace.stress.Delay;
import io.millrace.time.TimeSource;
import java.lang.ref.WeakReference;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;

/**
 * The interleaving: a task ends just when somebody cancels it. Its worker gives the future its value and
 * goes on to the next task; the other one has found the worker's thread, and interrupts it. Either the
 * task has its value or it is cancelled, and no interrupt strays to what the worker does next.
 */
public final class CancelTaskHunt {
  private CancelTaskHunt() {}

  @JCStressTest
  @State
  @Outcome(
      id = {"SUCCESS, false", "CANCELLED, true"},
      expect = ACCEPTABLE,
      desc = "both agree on how the task ended")
  @Outcome(expect = FORBIDDEN, desc = "both win, nobody wins, or an interrupt strays")
  public static class Sound {
    private final Task<Integer> task =
        new Task<>(newHome(), () -> 1, TaskOptions.none().tuning(), TimeSource.system(), false);
    private volatile boolean working;
    private volatile boolean cancelled;

    private static Home newHome() {
      return new Home(
          new TaskFeed(), Context.none(), TaskOptions.none().tuning(), new StoredTasks(false));
    }

    @Actor
    public void worker(LL_Result result) {
      working = true;
      Object value = attempt();
      boolean stray = Thread.interrupted();
      task.deliver(new Success<>(task, value, new Details(0, null, 1, 0, false)));
      while (!cancelled) {
        Thread.onSpinWait(); // an interrupt that is still on its way has to arrive before the look
      }
      result.r1 = task.future.state() + (stray || Thread.interrupted() ? " stray" : "");
    }

    private Object attempt() {
      try {
        return task.attempt();
      } catch (Exception impossible) {
        throw new AssertionError(impossible);
      }
    }

    @Actor
    public void canceller(LL_Result result) {
      while (!working) {
        Thread.onSpinWait();
      }
      result.r2 = task.future.cancel(true);
      cancelled = true;
    }
  }

  /** Takes the thread's name off, but does not wait for an interrupt that is on its way. */
  @JCStressTest
  @State
  @Outcome(
      id = {"SUCCESS, false", "CANCELLED, true"},
      expect = ACCEPTABLE,
      desc = "both agree on how the task ended")
  @Outcome(expect = ACCEPTABLE_INTERESTING, desc = "both win, nobody wins, or an interrupt strays")
  public static class Racy {
    private final ExecutorFuture<Integer> future =
        new ExecutorFuture<>(TimeSource.system(), new WeakReference<>(null));
    private volatile Thread runner;
    private volatile boolean working;
    private volatile boolean cancelled;

    @Actor
    public void worker(LL_Result result) {
      runner = Thread.currentThread();
      working = true;
      Delay.holdOpen();
      runner = null;
      Thread.interrupted();
      future.complete(1);
      while (!cancelled) {
        Thread.onSpinWait();
      }
      result.r1 = future.state() + (Thread.interrupted() ? " stray" : "");
    }

    @Actor
    public void canceller(LL_Result result) {
      while (!working) {
        Thread.onSpinWait();
      }
      boolean won = future.cancel(false);
      Thread thread = runner;
      Delay.holdOpen();
      if (won && thread != null) {
        thread.interrupt();
      }
      result.r2 = won;
      cancelled = true;
    }
  }
}
