package io.millrace.executor;

import io.millrace.context.Captured;
import java.lang.ref.WeakReference;
import java.util.concurrent.Executor;

/**
 * Runs asynchronous stages in the executor of the task that they depend on. A stage belongs to that task, so it is
 * neither refused nor dropped: after the shutdown the worker that has ended the task runs it, or, if it comes from
 * elsewhere or the executor was collected, the executor that stages have otherwise.
 */
record HomeExecutor(WeakReference<Home> home, Captured context, Executor otherwise)
    implements Executor {
  @Override
  public void execute(Runnable stage) {
    Home known = home.get();
    if (known == null) {
      otherwise.execute(stage);
    } else if (!known.runDependent(stage, context)) {
      if (known.isWorker()) {
        stage.run();
      } else {
        otherwise.execute(stage);
      }
    }
  }
}
