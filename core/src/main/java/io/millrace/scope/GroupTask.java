package io.millrace.scope;

import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.engine.terms.Tuned;
import io.millrace.engine.terms.Tuning;
import io.millrace.engine.thread.FutureWait;
import io.millrace.outcome.Outcome;
import io.millrace.plan.Retry;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An item of a group's run: one call, whose end its handle tells. */
final class GroupTask<R extends @Nullable Object> extends Tuned implements Handle<R> {
  private static final Tuning ONCE =
      new Tuning(Retry.none(), Require.NEVER, Require.NEVER, null, 1, null);

  private final String name;
  private final boolean named;

  /** Won once: by the worker that makes the call, or by the cancellation that keeps it from doing so. */
  private final AtomicBoolean begun = new AtomicBoolean();

  /* Taken by whoever has won: a handle that somebody keeps keeps neither of them after the task's end. */
  private @Nullable TaskGroup group;
  private @Nullable Callable<? extends R> callable;

  private final CompletableFuture<Ended<R>> end = new CompletableFuture<>();
  private final @Nullable FutureWait virtualWait;

  /**
   * A task that nobody has begun.
   *
   * @param named whether its thread gets its name
   */
  GroupTask(TaskGroup group, String name, boolean named, Callable<? extends R> callable) {
    super(ONCE);
    this.group = group;
    this.virtualWait = FutureWait.of(end, group.clock());
    this.name = name;
    this.named = named;
    this.callable = callable;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean isDone() {
    return end.isDone();
  }

  @Override
  public R result() {
    Ended<R> ended;
    try {
      if (virtualWait != null) {
        virtualWait.await(Long.MAX_VALUE);
      }
      ended = end.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw TaskGroup.cancelled("interrupted while waiting for " + name, interrupted);
    } catch (ExecutionException impossible) {
      throw new AssertionError(impossible);
    }
    if (ended.error() != null) {
      throw Rethrow.asIs(ended.error());
    }
    return ended.result();
  }

  /** By a worker. */
  void work() throws Exception {
    if (!begun.compareAndSet(false, true)) {
      return;
    }
    TaskGroup group = takeGroup();
    Thread thread = Thread.currentThread();
    String before = thread.getName();
    if (named) {
      thread.setName(name);
    }
    try {
      end.complete(new Ended<>(takeCallable().call(), null));
    } catch (Throwable thrown) {
      boolean failed = group.note(thrown);
      end.complete(new Ended<>(null, thrown));
      if (failed) {
        group.cancel(); // after its end, so that who waits for it gets its own exception
      }
      throw thrown;
    } finally {
      if (named) {
        thread.setName(before);
      }
      group.memberEnded();
    }
  }

  private TaskGroup takeGroup() {
    TaskGroup taken = Objects.requireNonNull(group, "group");
    group = null;
    return taken;
  }

  private Callable<? extends R> takeCallable() {
    Callable<? extends R> taken = Objects.requireNonNull(callable, "callable");
    callable = null;
    return taken;
  }

  @Override
  protected boolean isUnwanted() {
    return false;
  }

  @Override
  public void deliver(Outcome<?, ?> outcome) {
    cancelUnlessBegun();
  }

  void cancelUnlessBegun() {
    if (begun.compareAndSet(false, true)) {
      TaskGroup group = takeGroup();
      takeCallable();
      CancellationException cancelled =
          TaskGroup.cancelled("the group was cancelled before " + name + " began", null);
      group.note(cancelled);
      end.complete(new Ended<>(null, cancelled));
      group.memberEnded();
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
