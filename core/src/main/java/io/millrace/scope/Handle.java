package io.millrace.scope;

import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/**
 * A task of a {@link TaskGroup}. Thread-safe. What the task did happens before {@link #result} returns.
 *
 * @param <R> its result; null is a value like any other
 */
public sealed interface Handle<R extends @Nullable Object> permits GroupTask {

  /** The name that the task was started with; by default "task" and its number in the group, from 1. */
  String name();

  /** Whether the task has ended: with a result, with a failure, or because it was cancelled. */
  boolean isDone();

  /**
   * The task's result; waits for it. A failure is thrown as itself, also if it is a checked exception.
   *
   * @throws CancellationException if the group was cancelled before the task began; or if the calling
   *     thread is interrupted while it waits: then, and only then, the interrupt flag is set, and the task goes
   *     on
   */
  R result();
}
