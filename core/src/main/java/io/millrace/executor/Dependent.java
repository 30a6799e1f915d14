package io.millrace.executor;

import java.lang.ref.WeakReference;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** A stage that depends on a task: plain, but its asynchronous stages run in the task's executor. */
final class Dependent<R extends @Nullable Object> extends CompletableFuture<R> {
  private final WeakReference<Home> home;

  Dependent(WeakReference<Home> home) {
    this.home = home;
  }

  @Override
  public <U extends @Nullable Object> CompletableFuture<U> newIncompleteFuture() {
    return new Dependent<>(home);
  }

  @Override
  public Executor defaultExecutor() {
    return Home.executorOf(home, super.defaultExecutor());
  }
}
