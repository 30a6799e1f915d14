package io.millrace.executor;

import io.millrace.checkpoint.spi.ItemId;
import io.millrace.engine.terms.TaskIdentity;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.RejectedExecutionException;

/**
 * The tasks of an executor whose outcomes are stored: all of them, or none. Of those with the same key at most one is
 * under way, so that a second one finds what the first one has stored. Thread-safe.
 */
final class StoredTasks {
  private final boolean areStored;

  /* Whoever submits a task adds it; whoever ends it removes it. */
  private final ConcurrentMap<ItemId, Task<?>> underWay = new ConcurrentHashMap<>();

  StoredTasks(boolean areStored) {
    this.areStored = areStored;
  }

  /**
   * Refuses tasks that nobody could find again, and keys that mean nothing.
   *
   * @throws IllegalArgumentException for those
   */
  void check(TaskOptions options) {
    if (areStored && options.key().isEmpty()) {
      throw new IllegalArgumentException(
          "options must have a key, because this executor has a checkpoint, which finds a task by its key: use"
              + " submit(task, executor.options().key(...)), or an executor without a checkpoint");
    }
    if (!areStored && options.isIdentified()) {
      throw new IllegalArgumentException(
          "options must not have a key or fingerprint, because this executor has no checkpoint that keeps outcomes: make it"
              + " with ParallelExecutor.of(parallel.checkpoint(...)), or leave them out; not: "
              + options);
    }
  }

  /**
   * Refuses calls whose tasks cannot have keys.
   *
   * @throws UnsupportedOperationException if this has a checkpoint
   */
  void refuse(String call, String instead) {
    if (areStored) {
      throw new UnsupportedOperationException(
          call
              + " gives tasks no keys, and this executor has a checkpoint, which finds a task by its key: use "
              + instead
              + ", or an executor without a checkpoint");
    }
  }

  /**
   * A task is about to be submitted.
   *
   * @throws RejectedExecutionException if another one with its key is under way
   */
  void begin(Task<?> task) {
    TaskIdentity identity = task.tuning.identity;
    if (identity != null && underWay.putIfAbsent(identity.id(), task) != null) {
      throw new RejectedExecutionException(
          "a task with the key "
              + identity.id()
              + " is under way in this executor: use the future of that, or submit this one when that has ended; a task that"
              + " was cancelled ends when its attempt does");
    }
  }

  /** A task has ended, or does not run any more. Does nothing the second time. */
  void end(Task<?> task) {
    TaskIdentity identity = task.tuning.identity;
    if (identity != null) {
      underWay.remove(identity.id(), task);
    }
  }
}
