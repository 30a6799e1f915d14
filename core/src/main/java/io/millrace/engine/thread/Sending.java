package io.millrace.engine.thread;

import io.millrace.time.TimeSource;

/**
 * How interrupts are sent. Threads of an executor may be of a class whose {@code interrupt} is somebody's
 * code: it runs in a thread apart, so that it holds up neither timers nor the end of a run.
 */
public final class Sending {
  private static final Deputies SENDING = new Deputies();

  private Sending() {}

  /**
   * Sends an interrupt.
   *
   * @param sending interrupts the thread
   * @param sent is told afterwards, whatever that throws
   */
  public static void interrupt(Thread thread, Runnable sending, Runnable sent) {
    if (isForeign(thread)) {
      SENDING.run(() -> send(sending, sent));
    } else {
      send(sending, sent);
    }
  }

  /**
   * Runs a timer's task that interrupts a thread among other things: not in the thread of all timers, if the interrupt is
   * somebody's code.
   *
   * @param clock that of the timer
   */
  public static void inTime(Thread thread, TimeSource clock, Runnable task) {
    if (isForeign(thread)) {
      SENDING.run(clock.announced(task));
    } else {
      task.run();
    }
  }

  private static boolean isForeign(Thread thread) {
    return thread.getClass().getModule() != Thread.class.getModule();
  }

  /** Interrupts the calling thread. */
  public static void toCallingThread(Runnable sent) {
    send(Thread.currentThread()::interrupt, sent);
  }

  private static void send(Runnable sending, Runnable sent) {
    try {
      sending.run();
    } catch (Throwable broken) {
      Mishaps.log("a thread could not be interrupted as it should be", broken);
    } finally {
      sent.run();
    }
  }
}
