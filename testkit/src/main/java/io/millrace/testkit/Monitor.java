package io.millrace.testkit;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * State that threads change, read and wait for. Waiting is for what should come at once, and bounded
 * in real time, so that a mistake ends in a clear error and not in a hang.
 */
final class Monitor {
  static final Duration PATIENCE = Duration.ofSeconds(10);

  final ReentrantLock lock = new ReentrantLock();
  final Condition changed = lock.newCondition();
  final Duration patience;

  Monitor(Duration patience) {
    this.patience = patience;
  }

  void change(Runnable change) {
    read(
        () -> {
          change.run();
          changed.signalAll();
          return true;
        });
  }

  <V extends @Nullable Object> V read(Supplier<V> state) {
    lock.lock();
    try {
      return state.get();
    } finally {
      lock.unlock();
    }
  }

  /**
   * Waits until something is so.
   *
   * @param complaint tells what was missed and how things stand
   */
  void await(BooleanSupplier reached, Supplier<String> complaint) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = patience.toNanos();
      while (!reached.getAsBoolean()) {
        if (left <= 0) {
          throw new AssertionError(complaint.get() + " (waited for " + patience + " of real time)");
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** Waits until there are at least so many of something. */
  void await(int count, String what, IntSupplier actual, Supplier<String> state)
      throws InterruptedException {
    await(
        () -> actual.getAsInt() >= count,
        () ->
            "expected at least %d %s, but there are %d: %s"
                .formatted(count, what, actual.getAsInt(), state.get()));
  }
}
