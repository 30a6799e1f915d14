package io.millrace.engine.thread;

import io.millrace.base.TimerThread;
import io.millrace.time.TimeSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * How interrupts are sent. An interrupt may take long: it closes the channel in which a thread waits, which may be somebody's, or
 * a file of a system that does not answer; and threads of an executor may be of a class whose {@code interrupt} is somebody's
 * code. So the thread of all timers sends none, and nobody calls such a method: a thread apart does; and whoever ends a run
 * waits for a moment at most.
 */
public final class Sending {
  private static final Deputies SENDING = new Deputies();

  /* Far longer than interrupting 10,000 threads takes, and not long for a person. */
  private static final long MOST_NANOS = 100_000_000;

  private Sending() {}

  /**
   * Has something done that interrupts threads, and waits for it, but for 0.1 s at most. A virtual thread does it itself: waiting, it
   * might lose its carrier. So do the thread of all timers and a thread apart, from which each interrupt is a task of its own: one that
   * takes long holds up no other.
   */
  public static void all(Runnable sending) {
    boolean doesItself = isHurried() || Thread.currentThread().isVirtual();
    CountDownLatch sent = doesItself ? null : handOver(sending);
    if (sent == null) {
      sending.run();
    } else {
      await(sent);
    }
  }

  /* Null if there is no memory for that: what was announced has to be sent all the same. */
  private static @Nullable CountDownLatch handOver(Runnable sending) {
    try {
      CountDownLatch sent = new CountDownLatch(1);
      Runnable last =
          () -> SENDING.run(sent::countDown); // after the interrupts, which are tasks as well
      SENDING.run(() -> send(sending, last));
      return sent;
    } catch (Throwable noMemory) {
      return null;
    }
  }

  private static boolean isHurried() {
    return TimerThread.isCurrent() || Deputies.isCurrent();
  }

  /* This thread may be one of those that are interrupted. */
  private static void await(CountDownLatch sent) {
    boolean wasInterrupted = false;
    boolean isOver = false;
    long until = System.nanoTime() + MOST_NANOS;
    while (!isOver) {
      long left = until - System.nanoTime();
      try {
        isOver = left <= 0 || sent.await(left, TimeUnit.NANOSECONDS);
      } catch (InterruptedException kept) {
        wasInterrupted = true;
      }
    }
    if (wasInterrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Sends an interrupt.
   *
   * @param sending interrupts the thread
   * @param sent is told afterwards, whatever that throws
   */
  public static void interrupt(Thread thread, Runnable sending, Runnable sent) {
    if (!needsDeputy(thread) || !isHandedOver(sending, sent)) {
      send(sending, sent);
    }
  }

  /* False if there is no memory for that: the interrupt was announced, and would be waited for. */
  private static boolean isHandedOver(Runnable sending, Runnable sent) {
    try {
      SENDING.run(() -> send(sending, sent));
      return true;
    } catch (Throwable noMemory) {
      return false;
    }
  }

  /**
   * Runs a timer's task that interrupts a thread among other things: not in the thread of all timers.
   *
   * @param clock that of the timer
   */
  public static void inTime(Thread thread, TimeSource clock, Runnable task) {
    if (needsDeputy(thread)) {
      SENDING.run(clock.announced(task));
    } else {
      task.run();
    }
  }

  private static boolean needsDeputy(Thread thread) {
    return isHurried() || thread.getClass().getModule() != Thread.class.getModule();
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
