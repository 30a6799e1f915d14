package io.millrace.executor;

/**
 * A task waits for a task of its own executor, and no worker of that is left to run it, because all of them wait
 * so. Thrown to the one that began to wait last, in place of its wait; the others go on when its worker is free.
 */
public final class DeadlockException extends IllegalStateException {
  private static final long serialVersionUID = 1;

  DeadlockException(String message) {
    super(message);
  }

  static DeadlockException ofItself() {
    return new DeadlockException("a task waits for itself, and so would never end");
  }
}
