package io.millrace.executor;

import io.millrace.context.Captured;
import java.lang.ref.WeakReference;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Runs asynchronous stages in the executor of the task that they depend on. A stage belongs to that task, so it is
 * neither refused nor dropped for want of room: after the shutdown the worker that has ended the task runs it, or, if
 * it comes from elsewhere or the executor was collected, the executor that stages have otherwise.
 *
 * @param stage the future of the one stage that this is for; null if it is for any
 */
record HomeExecutor(
    WeakReference<Home> home, Captured context, @Nullable StageFuture stage, Executor otherwise)
    implements Executor {
  @Override
  public void execute(Runnable run) {
    Home known = home.get();
    if (known == null) {
      otherwise.execute(run);
    } else if (!known.add(known.stage(run, context, stage))) {
      if (known.isWorker()) {
        run.run();
      } else {
        otherwise.execute(run);
      }
    }
  }
}
