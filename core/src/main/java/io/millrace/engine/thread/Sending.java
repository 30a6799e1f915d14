package io.millrace.engine.thread;

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
    if (thread.getClass() == Thread.class || thread.isVirtual()) {
      send(sending, sent);
    } else {
      SENDING.run(() -> send(sending, sent));
    }
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
