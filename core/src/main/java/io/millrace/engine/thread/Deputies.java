package io.millrace.engine.thread;

import io.millrace.time.TimeSource;
import java.util.ArrayDeque;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * Platform threads that run code of others in place of a thread that this code must not hold up, such as the thread
 * of all timers. One deputy serves all that comes together, in the order given. Whenever tasks have waited from one
 * look to the next, because deputies are blocked or slow, the number of deputies is doubled. A deputy ends when
 * nothing waits. Thread-safe.
 */
public final class Deputies {
  private static final long LOOK_NANOS = 10_000_000;

  private final Alarm alarm = new Alarm(TimeSource.system(), this::look);

  /* All of this is guarded by this. */
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

  /** Runs a task in a deputy; in the calling thread if there are no threads to be had. What it throws is logged. */
  public void run(Runnable task) {
    boolean isFirst;
    boolean hasToWatch;
    synchronized (this) {
      waiting.add(task);
      added++;
      isFirst = running == 0;
      hasToWatch = !isFirst && !isWatched;
      if (isFirst) {
        running = 1;
        wanted = 1;
      } else if (hasToWatch) {
        isWatched = true;
        due = added;
      }
    }
    if (isFirst) {
      Threads.inPlatformThread(this::serve);
    } else if (hasToWatch) {
      watch();
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

  private synchronized void watchNoMore() {
    isWatched = false;
  }

  private void look() {
    boolean isLate;
    synchronized (this) {
      isWatched = !waiting.isEmpty();
      if (!isWatched) {
        return;
      }
      isLate = taken < due;
      due = added;
      if (isLate) {
        wanted = running + Math.min(waiting.size(), Math.max(1, running));
      }
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
      Threads.startPlatform(
          () -> {
            startAnother();
            serve();
          });
    } catch (Throwable noThread) { // the next look tries again
      endOne();
    }
  }

  private synchronized boolean mayStart() {
    boolean may = running < wanted && !waiting.isEmpty();
    running += may ? 1 : 0;
    return may;
  }

  private synchronized void endOne() {
    running--;
  }

  private void serve() {
    for (Runnable task = next(); task != null; task = next()) {
      Mishaps.survive(task);
      Thread.interrupted(); // what one leaves behind is not for the next one
    }
  }

  private synchronized @Nullable Runnable next() {
    Runnable task = waiting.poll();
    if (task == null) {
      running--;
    } else {
      taken++;
    }
    return task;
  }
}
