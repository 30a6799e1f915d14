package io.millrace.engine.thread;

import io.millrace.base.ShortLock;
import io.millrace.time.TimeSource;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that run code of others in place of a thread that this code must not hold up, such as the thread
 * of all timers. One deputy serves all that comes together, in the order given. Whenever tasks have waited from one
 * look to the next, because deputies are blocked or slow, the number of deputies is doubled. A deputy ends when
 * nothing waits; the last one stays for a moment, as timeouts come in bursts. Thread-safe.
 */
public final class Deputies {
  private static final long LOOK_NANOS = 10_000_000;
  private static final long STAY_NANOS = 5_000_000;

  private final Alarm alarm = new Alarm(TimeSource.system(), this::look);

  /* No monitor, behind which the thread of all timers would wait with a virtual thread that has no carrier. */
  private final ShortLock lock = new ShortLock();

  /* All of this is guarded by the lock. */
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  /* Deputies that were started, or are about to be, and have not found the queue empty. */
  private int running;

  /* How many there should be. */
  private int wanted;

  private long added;
  private long taken;

  /* How many had been added at the last look: they are due at the next one. */
  private long due;

  private boolean isWatched;

  /* The deputy that stays although nothing waits; it is not among those that are running. Null if there is none. It reads this
   * without the lock as well: a late answer makes it look once more. */
  private volatile @Nullable Thread idle;

  private static final class Deputy extends Thread {
    Deputy(Runnable task) {
      super(null, task, "millrace-deputy", 0, false);
      setDaemon(true);
    }
  }

  /** Whether the calling thread is a deputy, which may be held up. */
  static boolean isCurrent() {
    return Thread.currentThread() instanceof Deputy;
  }

  /**
   * Runs a task in a deputy; in the calling thread if there are no threads to be had. What it throws is logged. If this throws, for
   * want of memory, the task is not run.
   */
  public void run(Runnable task) {
    Thread woken;
    boolean isFirst;
    boolean hasToWatch;
    lock.lock();
    try {
      waiting.add(task);
      added++;
      woken = idle;
      idle = null;
      isFirst = running == 0;
      hasToWatch = !isFirst && woken == null && !isWatched;
      if (isFirst) {
        wanted = 1;
      } else if (hasToWatch) {
        isWatched = true;
        due = added;
      }
      running += isFirst || woken != null ? 1 : 0;
    } finally {
      lock.unlock();
    }
    if (woken != null) {
      LockSupport.unpark(woken);
    } else if (isFirst) {
      startFirst();
    } else if (hasToWatch) {
      watch();
    }
  }

  private void startFirst() {
    try {
      new Deputy(this::serve).start();
    } catch (Throwable noThread) {
      serveAll();
    }
  }

  private void watch() {
    try {
      alarm.at(System.nanoTime() + LOOK_NANOS);
    } catch (Throwable noTimer) { // the next task that comes tries again
      watchNoMore();
      Mishaps.log("threads that run code of others could not be watched", noTimer);
    }
  }

  private void watchNoMore() {
    lock.lock();
    try {
      isWatched = false;
    } finally {
      lock.unlock();
    }
  }

  private void look() {
    boolean isLate;
    lock.lock();
    try {
      isWatched = !waiting.isEmpty();
      if (!isWatched) {
        return;
      }
      isLate = taken < due;
      due = added;
      if (isLate) {
        wanted = running + Math.min(waiting.size(), Math.max(1, running));
      }
    } finally {
      lock.unlock();
    }
    if (isLate) {
      startAnother();
    }
    watch();
  }

  /* Each that is started starts the next one, as this may be the thread of all timers. */
  private void startAnother() {
    if (!mayStart()) {
      return;
    }
    try {
      new Deputy(
              () -> {
                startAnother();
                serve();
              })
          .start();
    } catch (Throwable noThread) { // the next look tries again
      endOne();
    }
  }

  private boolean mayStart() {
    lock.lock();
    try {
      boolean may = running < wanted && !waiting.isEmpty();
      running += may ? 1 : 0;
      return may;
    } finally {
      lock.unlock();
    }
  }

  private void endOne() {
    lock.lock();
    try {
      running--;
    } finally {
      lock.unlock();
    }
  }

  private void serve() {
    do {
      serveAll();
    } while (stays());
  }

  private void serveAll() {
    for (Runnable task = next(); task != null; task = next()) {
      Mishaps.survive(task);
      Thread.interrupted(); // what one leaves behind is not for the next one
    }
  }

  private @Nullable Runnable next() {
    lock.lock();
    try {
      Runnable task = waiting.poll();
      if (task == null) {
        running--;
      } else {
        taken++;
      }
      return task;
    } finally {
      lock.unlock();
    }
  }

  /* Waits for a task for a moment, unless another deputy does. True if there is one: then this deputy is running again. */
  private boolean stays() {
    Thread me = Thread.currentThread();
    if (!becomesIdle(me)) {
      return false;
    }
    long until = System.nanoTime() + STAY_NANOS;
    long left = STAY_NANOS;
    while (left > 0 && idle == me) {
      LockSupport.parkNanos(this, left);
      Thread.interrupted(); // by a stranger: it would not park
      left = until - System.nanoTime();
    }
    return !endsIdle(me);
  }

  private boolean becomesIdle(Thread me) {
    lock.lock();
    try {
      boolean may = idle == null;
      idle = may ? me : idle;
      return may;
    } finally {
      lock.unlock();
    }
  }

  /* False if somebody has woken this deputy, and has counted it among those that are running. */
  private boolean endsIdle(Thread me) {
    lock.lock();
    try {
      boolean isIdle = idle == me;
      idle = isIdle ? null : idle;
      return isIdle;
    } finally {
      lock.unlock();
    }
  }
}
