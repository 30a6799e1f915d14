package io.millrace.executor;

/**
 * All workers of an executor wait for tasks of that executor, so none is left to run them. It is thrown to the
 * task that began to wait last, in place of its wait; the others go on when the worker of that task is free. It is also
 * thrown to a task that waits for itself, or for the end of its own executor.
 */
public final class DeadlockException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  DeadlockException(String message) {
    super(message);
  }

  static DeadlockException ofItself() {
    return new DeadlockException("a task waits for itself, and so would never end");
  }

  static DeadlockException ofItsExecutor() {
    return new DeadlockException(
        "a task, or a stage of one, waits for the end of its own executor, which waits for it: wait in another thread");
  }
}
