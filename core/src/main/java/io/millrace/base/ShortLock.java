package io.millrace.base;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A lock for critical sections of well under a microsecond that never block and never call user
 * code. A contender spins for about as long as such a section lasts before it parks, because parking
 * a virtual thread costs a hundred times more than the section.
 */
public final class ShortLock {
  private static final int SPINS = 200;

  /* A virtual thread that parks gives its carrier away, and may not get one again for long. This is some 0.5 ms,
   * for when whoever has the lock is just not run by the processor. It looks ever more rarely, because each
   * look takes the lock's cache line from whoever has it: two threads that went through the same lock all the
   * time took five times as long with a look at each spin. */
  private static final int SPINS_WITH_CARRIER = 20_000;

  private static final int MOST_BETWEEN_LOOKS = 512;

  /* Far longer than a section, and shorter than anybody notices. */
  private static final long LOOK_NANOS = 1_000_000;

  /* How many of these locks the thread holds; counted only where assertions are enabled. */
  private static final @Nullable ThreadLocal<int[]> HELD =
      ShortLock.class.desiredAssertionStatus() ? ThreadLocal.withInitial(() -> new int[1]) : null;

  private final ReentrantLock lock = new ReentrantLock();

  /** Takes the lock; not interruptible. */
  public void lock() {
    acquire();
    count(1);
  }

  private void acquire() {
    if (spin(SPINS)) {
      return;
    }
    if (!Thread.currentThread().isVirtual()) {
      acquireAgainAndAgain();
    } else if (!spinMoreAndMore()) {
      lock.lock();
    }
  }

  /**
   * Takes the lock inside of another one of this kind: a virtual thread never parks for it, because it would keep
   * the outer lock for as long as it gets no carrier. The same where others wait for what it is about to do. Whoever has
   * this lock has a processor, or gets one soon.
   */
  public void lockInside() {
    if (!spin(SPINS)) {
      if (Thread.currentThread().isVirtual()) {
        boolean acquired = false;
        while (!acquired) {
          acquired = spinMoreAndMore();
        }
      } else {
        acquireAgainAndAgain();
      }
    }
    count(1);
  }

  private boolean spinMoreAndMore() {
    int pause = 1;
    for (int spins = 0; spins < SPINS_WITH_CARRIER; spins += pause) {
      pause = Math.min(2 * pause, MOST_BETWEEN_LOOKS);
      for (int spin = 0; spin < pause; spin++) {
        Thread.onSpinWait();
      }
      if (lock.tryLock()) {
        return true;
      }
    }
    return false;
  }

  private boolean spin(int most) {
    for (int spin = 0; spin < most; spin++) {
      if (lock.tryLock()) {
        return true;
      }
      Thread.onSpinWait();
    }
    return false;
  }

  /* A virtual thread may be the next in the queue, and get no carrier: the lock is free then, and nobody else
   * is woken for it. So a platform thread looks for itself. */
  private void acquireAgainAndAgain() {
    boolean wasInterrupted = false;
    boolean acquired = false;
    while (!acquired) {
      try {
        acquired = lock.tryLock(LOOK_NANOS, TimeUnit.NANOSECONDS) || spin(SPINS);
      } catch (InterruptedException later) {
        wasInterrupted = true;
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Gives the lock back. */
  public void unlock() {
    lock.unlock();
    count(-1);
  }

  /** Whether the calling thread has the lock: for assertions. */
  public boolean isHeld() {
    return lock.isHeldByCurrentThread();
  }

  /**
   * Whether the calling thread has any lock of this kind, so that user code must not be called.
   * Always false if assertions are not enabled for this class, because nothing is counted then.
   */
  public static boolean heldByCurrentThread() {
    return HELD != null && HELD.get()[0] > 0;
  }

  private static void count(int change) {
    if (HELD != null) {
      HELD.get()[0] += change;
    }
  }
}
