package io.millrace.scope;

import io.millrace.base.Require;
import io.millrace.base.Rethrow;
import io.millrace.context.Captured;
import io.millrace.engine.out.Wakeup;
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

  private final long number;

  /* Null if it has none but its number. */
  private final @Nullable String givenName;

  /** Won once: by the worker that makes the call, or by the cancellation that keeps it from doing so. */
  private final AtomicBoolean begun = new AtomicBoolean();

  /* Taken by whoever has won: a handle that somebody keeps keeps none of them after the task's end. */
  private @Nullable TaskGroup group;
  private @Nullable Captured captured;
  private @Nullable Callable<? extends R> callable;

  private final CompletableFuture<Ended<R>> end = new CompletableFuture<>();
  private final @Nullable FutureWait virtualWait;

  /**
   * A task that nobody has begun.
   *
   * @param number its place among those that were started in the group, from 1
   * @param name what its thread is called meanwhile; null for no name but its number
   * @param captured the context of whoever started it
   */
  GroupTask(
      TaskGroup group,
      long number,
      @Nullable String name,
      Captured captured,
      Callable<? extends R> callable) {
    super(ONCE);
    this.group = group;
    this.virtualWait = FutureWait.of(end, group.clock());
    this.number = number;
    this.givenName = name;
    this.captured = captured;
    this.callable = callable;
  }

  @Override
  public String name() {
    return givenName == null ? "task " + number : givenName;
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
      } else {
        Wakeup.spin(end);
      }
      ended = end.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw TaskGroup.cancelled("interrupted while waiting for " + name(), interrupted);
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
    String before = givenName == null ? null : rename(givenName);
    try {
      end.complete(new Ended<>(call(), null));
    } catch (Throwable thrown) {
      boolean failed = group.note(thrown);
      end.complete(new Ended<>(null, thrown));
      if (failed) {
        group.cancel(); // after its end, so that who waits for it gets its own exception
      }
      throw thrown;
    } finally {
      if (before != null) {
        rename(before);
      }
      group.memberEnded();
    }
  }

  private TaskGroup takeGroup() {
    TaskGroup taken = Objects.requireNonNull(group, "group");
    group = null;
    return taken;
  }

  private R call() throws Exception {
    Captured context = Objects.requireNonNull(captured, "captured");
    Callable<? extends R> function = Objects.requireNonNull(callable, "callable");
    forget();
    return context.<R>call(function);
  }

  private void forget() {
    captured = null;
    callable = null;
  }

  /* Returns what the thread was called. */
  private static String rename(String name) {
    Thread thread = Thread.currentThread();
    String before = thread.getName();
    thread.setName(name);
    return before;
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
      forget();
      CancellationException cancelled =
          TaskGroup.cancelled("the group was cancelled before " + name() + " began", null);
      group.note(cancelled);
      end.complete(new Ended<>(null, cancelled));
      group.memberEnded();
    }
  }

  @Override
  public String toString() {
    return name();
  }
}
