package io.millrace.base;

/** A thread of the timers of the real time, which all runs share: nothing may hold it up. */
public final class TimerThread extends Thread {
  /** A daemon that runs this. */
  public TimerThread(Runnable task) {
    super(null, task, "millrace-timer", 0, false);
    setDaemon(true);
  }

  /** Whether the calling thread is one. */
  public static boolean isCurrent() {
    return Thread.currentThread() instanceof TimerThread;
  }
}
