package io.millrace.executor;

import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** A stage that depends on a task: plain, but its asynchronous stages run in the task's executor. */
final class Dependent<R extends @Nullable Object> extends StagedFuture<R> {
  Dependent(WeakReference<Home> home) {
    super(home);
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new Dependent<>(home());
  }
}
