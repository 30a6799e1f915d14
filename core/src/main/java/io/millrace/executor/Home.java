package io.millrace.executor;

import io.millrace.engine.Engine;
import io.millrace.engine.feed.TaskFeed;
import io.millrace.engine.terms.Tuned;
import org.jspecify.annotations.Nullable;

/** Where the tasks of an executor are. Thread-safe. */
interface Home {
  /** Nobody wants the task any more. */
  void withdraw(Tuned task);

  /** Why the executor has ended; null if it was told to, or has not ended. */
  default @Nullable Throwable error() {
    return null;
  }

  /** Each task is either in the queue, or the engine's. */
  record OfExecutor(TaskFeed feed, Engine engine) implements Home {
    @Override
    public void withdraw(Tuned task) {
      if (!feed.remove(task)) {
        engine.withdraw(task);
      }
    }

    @Override
    public @Nullable Throwable error() {
      return engine.error();
    }
  }
}
