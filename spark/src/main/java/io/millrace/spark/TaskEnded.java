package io.millrace.spark;

import org.jspecify.annotations.Nullable;

/**
 * What an item fails with whose Spark task has ended: nobody takes its outcome, so it is not called, or its call was
 * interrupted. An error, because it says nothing of the service: no retry repeats it, and no limit learns from it.
 */
final class TaskEnded extends Error {
  private static final long serialVersionUID = 1;

  TaskEnded(@Nullable Throwable cause) {
    super("the Spark task of this item has ended", cause, false, false);
  }
}
