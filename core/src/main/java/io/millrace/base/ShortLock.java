package io.millrace.base;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock for critical sections of well under a microsecond that never block and never call user
 * code. A contender spins for about as long as such a section lasts before it parks, because parking
 * a virtual thread costs a hundred times more than the section.
 */
public final class ShortLock {
  private static final int SPINS = 200;
  private final ReentrantLock lock = new ReentrantLock();

  /** Takes the lock; not interruptible. */
  public void lock() {
    for (int spin = 0; spin < SPINS; spin++) {
      if (lock.tryLock()) {
        return;
      }
      Thread.onSpinWait();
    }
    lock.lock();
  }

  /** Gives the lock back. */
  public void unlock() {
    lock.unlock();
  }

  /** Whether the calling thread has the lock: for assertions. */
  public boolean isHeld() {
    return lock.isHeldByCurrentThread();
  }
}
