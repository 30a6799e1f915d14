package io.millrace.scope;

import io.millrace.base.Rethrow;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A task of a {@link TaskGroup}. Thread-safe. What the task did happens before {@link #result} returns.
 *
 * @param <R> its result; null is a value like any other
 */
public final class Handle<R extends @Nullable Object> {
  private final TaskGroup group;
  private final String name;
  private final boolean renames;
  private final Callable<? extends R> task;

  /** Won once: by the worker that runs the task, or by the cancellation that keeps it from running. */
  private final AtomicBoolean taken = new AtomicBoolean();

  private final CompletableFuture<Ended<R>> end = new CompletableFuture<>();

  Handle(TaskGroup group, String name, boolean renames, Callable<? extends R> task) {
    this.group = group;
    this.name = name;
    this.renames = renames;
    this.task = task;
  }

  /** What the task was started as; by default "task" and its number in the group, from 1. */
  public String name() {
    return name;
  }

  /** Whether the task has ended: with a result, with a failure, or because it was cancelled. */
  public boolean isDone() {
    return end.isDone();
  }

  /**
   * The task's result; waits for it. A failure is thrown as itself, also if it is a checked exception.
   *
   * @throws CancellationException if the group was cancelled before the task began; or if the calling
   *     thread is interrupted while it waits: then the interrupt flag is set, and the task goes on
   */
  public R result() {
    Ended<R> ended = await();
    if (ended.error() != null) {
      throw Rethrow.asIs(ended.error());
    }
    return ended.result();
  }

  private Ended<R> await() {
    /* A task that never begins is settled late: who waits for it must not wait for that. */
    Runnable forget = isDone() ? () -> {} : group.onCancel(this::cancelUnlessBegun);
    try {
      return end.get();
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw cancelled("interrupted while waiting for " + name, interrupted);
    } catch (ExecutionException impossible) {
      throw new AssertionError(impossible);
    } finally {
      forget.run();
    }
  }

  static CancellationException cancelled(String message, @Nullable Throwable cause) {
    CancellationException cancelled = new CancellationException(message);
    if (cause != null) {
      cancelled.initCause(cause);
    }
    return cancelled;
  }

  /** By a worker. */
  void work() throws Exception {
    if (!taken.compareAndSet(false, true)) {
      return;
    }
    Thread thread = Thread.currentThread();
    String before = thread.getName();
    if (renames) {
      thread.setName(name);
    }
    try {
      end.complete(new Ended<>(task.call(), null));
    } catch (Throwable thrown) {
      boolean failed = group.note(thrown);
      end.complete(new Ended<>(null, thrown));
      if (failed) {
        group.cancel();
      }
      throw thrown;
    } finally {
      if (renames) {
        thread.setName(before);
      }
      group.memberEnded();
    }
  }

  void cancelUnlessBegun() {
    if (taken.compareAndSet(false, true)) {
      CancellationException cancelled =
          cancelled("the group was cancelled before " + name + " began", null);
      group.note(cancelled);
      end.complete(new Ended<>(null, cancelled));
      group.memberEnded();
    }
  }

  /** Its name. */
  @Override
  public String toString() {
    return name;
  }
}
