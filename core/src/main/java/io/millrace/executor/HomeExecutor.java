package io.millrace.executor;

import io.millrace.base.Rethrow;
import io.millrace.context.Captured;
import java.lang.ref.WeakReference;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs asynchronous stages in the executor of the task that they depend on. A stage belongs to that task, so it is
 * neither refused nor dropped for want of room: after the shutdown the worker that has ended the task runs it, or, if
 * it comes from elsewhere, far down a chain, or the executor was collected, the executor that stages have otherwise.
 *
 * @param stage the future of the one stage that this is for; null if it is for any
 */
record HomeExecutor(
    WeakReference<Home> home, Captured context, @Nullable StageFuture stage, Executor otherwise)
    implements Executor {
  /* Each stage of a chain that is due after the shutdown runs inside of the one before: that needs stack. */
  private static final int MOST_NESTED = 50;

  private static final ScopedValue<Integer> NESTED = ScopedValue.newInstance();

  @Override
  public void execute(Runnable run) {
    Home known = home.get();
    if (known != null && known.add(known.stage(run, context, stage))) {
      return;
    }
    int nested = NESTED.orElse(0);
    if (known != null && known.isWorker() && nested < MOST_NESTED) {
      ScopedValue.where(NESTED, nested + 1).run(() -> runHere(run));
    } else {
      otherwise.execute(() -> runHere(run));
    }
  }

  /* In the context of whoever made the stage, as the executor would run it. */
  private void runHere(Runnable run) {
    try {
      context.<@Nullable Object>call(
          () -> {
            run.run();
            return null;
          });
    } catch (Throwable notRun) {
      if (stage == null) {
        throw Rethrow.asIs(notRun);
      }
      stage.fail(notRun); // its context could not be installed
    }
  }
}
