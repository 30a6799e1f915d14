package io.millrace.time;

import java.time.Duration;
import java.time.Instant;

/**
 * The time that limits, retries and deadlines go by. {@link #system} is the real one; the testkit's
 * {@code ManualClock} is virtual. Implementations are thread-safe.
 */
public interface TimeSource {

  /** The real time. */
  static TimeSource system() {
    return SystemTime.INSTANCE;
  }

  /** Nanoseconds since an arbitrary origin; only differences mean something. */
  long nanoTime();

  /** The wall-clock time, for dates that servers name. */
  Instant now();

  /**
   * Runs a task once, at or soon after a time.
   *
   * @param atNanos on the scale of {@link #nanoTime}; if it has passed, the task runs soon
   * @param task short, and never blocking: it runs in a thread that all tasks share
   */
  Timer schedule(long atNanos, Runnable task);

  /**
   * Blocks the calling thread.
   *
   * @throws InterruptedException if the thread is or gets interrupted
   */
  void sleep(Duration duration) throws InterruptedException;

  /**
   * A thread that works by this clock is about to start. A virtual clock stands still until the
   * matching {@link #exit}, except while the thread sleeps on it or is in a {@link Wait} of it.
   */
  default void enter() {}

  /** A thread that was announced by {@link #enter} ends. */
  default void exit() {}

  /**
   * Announces the thread that will run a task, as {@link #enter} does, and takes that back when the task
   * ends. If the task is never run, the caller has to call {@link #exit}.
   *
   * @return what to run instead of the task, once
   */
  default Runnable announced(Runnable task) {
    enter();
    return () -> {
      try {
        task.run();
      } finally {
        exit();
      }
    };
  }

  /** A wait of the calling thread for something else than a time. A virtual clock may go on meanwhile. */
  default Wait newWait() {
    return new ParkedWait();
  }

  /** One wait of the thread that made it, for another one. */
  interface Wait {
    /**
     * Blocks until {@link #end}; returns at once if that was before.
     *
     * @throws InterruptedException if the thread is or gets interrupted; possibly also if the wait has
     *     ended just then
     */
    void await() throws InterruptedException;

    /** Lets the thread go on. Can be called by any thread; further calls do nothing. */
    void end();
  }

  /** A task that waits for its time. */
  interface Timer {
    /** Cancels the task, unless it has begun. */
    void cancel();
  }
}
