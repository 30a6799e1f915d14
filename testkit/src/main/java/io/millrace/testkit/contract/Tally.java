package io.millrace.testkit.contract;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** A number that tests count up, and wait for. Thread-safe. */
final class Tally {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private final String what;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();

  /* Guarded by lock. */
  private int value;

  Tally(String what) {
    this.what = what;
  }

  int increment() {
    lock.lock();
    try {
      changed.signalAll();
      return ++value;
    } finally {
      lock.unlock();
    }
  }

  int get() {
    lock.lock();
    try {
      return value;
    } finally {
      lock.unlock();
    }
  }

  /** Blocks until it is at least so much; an error if that takes 10 s. */
  void await(int least) throws InterruptedException {
    lock.lockInterruptibly();
    try {
      long left = PATIENCE.toNanos();
      while (value < least) {
        if (left <= 0) {
          throw new AssertionError(
              "expected at least " + least + " " + what + ", but there are " + value);
        }
        left = changed.awaitNanos(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** As {@link #await}, for functions that must not throw checked exceptions. */
  void awaitUnchecked(int least) {
    try {
      await(least);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while waiting for " + what, interrupted);
    }
  }
}
