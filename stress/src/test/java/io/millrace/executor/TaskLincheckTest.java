package io.millrace.executor;

import io.millrace.engine.feed.TaskFeed;
import io.millrace.outcome.Details;
import io.millrace.outcome.Success;
import io.millrace.plan.Context;
import io.millrace.stress.Linearizability;
import io.millrace.time.TimeSource;
import java.util.concurrent.Future;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.junit.jupiter.api.Test;

/**
 * Hunts the interleavings of a task's attempt with cancellations and with completions from outside. One
 * worker at a time attempts a task.
 */
class TaskLincheckTest {
  @Test
  void attemptsCancellationsAndCompletionsActAsIfOneAfterTheOther() {
    Linearizability.holds(Sound.class, Racy.class);
  }

  @Test
  void theSameWithoutAnAtomicStateIsFoundOut() {
    Linearizability.isRefuted(Racy.class);
  }

  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public static class Sound {
    private final Task<Integer> task =
        new Task<>(newHome(), () -> 0, TaskOptions.none().tuning(), TimeSource.system(), false);

    private static Home newHome() {
      return new Home(
          new TaskFeed(), Context.none(), TaskOptions.none().tuning(), new StoredTasks(false));
    }

    /** Whether no interrupt is left over. */
    @Operation(nonParallelGroup = "worker")
    public boolean attempt() throws Exception {
      Object value = task.attempt();
      boolean clear = !Thread.interrupted();
      task.deliver(new Success<>(task, value, new Details(0, null, 1, 0, false)));
      return clear;
    }

    @Operation
    public boolean cancel() {
      return task.future.cancel(true);
    }

    @Operation
    public boolean complete(@Param(name = "value") int value) {
      return task.future.complete(value);
    }

    /** The value; -1 if the task is cancelled, -2 if it is not done. */
    @Operation
    public int look() {
      return switch (task.future.state()) {
        case RUNNING -> -2;
        case CANCELLED -> -1;
        case FAILED -> throw new AssertionError("failed");
        case SUCCESS -> task.future.resultNow();
      };
    }
  }

  /** What the operations mean, one after the other; the control uses it in several threads. */
  @Param(name = "value", gen = IntGen.class, conf = "1:9")
  public static class Racy {
    private Future.State state = Future.State.RUNNING;
    private int result;

    @Operation(nonParallelGroup = "worker")
    public boolean attempt() {
      complete(0);
      return true;
    }

    @Operation
    public boolean cancel() {
      if (state == Future.State.RUNNING) {
        state = Future.State.CANCELLED;
      }
      return state == Future.State.CANCELLED;
    }

    @Operation
    public boolean complete(@Param(name = "value") int value) {
      if (state != Future.State.RUNNING) {
        return false;
      }
      result = value;
      state = Future.State.SUCCESS;
      return true;
    }

    @Operation
    public int look() {
      return switch (state) {
        case RUNNING -> -2;
        case CANCELLED -> -1;
        case FAILED -> throw new AssertionError("failed");
        case SUCCESS -> result;
      };
    }
  }
}
