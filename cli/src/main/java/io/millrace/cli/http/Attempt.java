package io.millrace.cli.http;

import io.millrace.cli.http.LostException.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * One request under way: how far it has come, and its time. When that is up, its thread is interrupted,
 * which closes its connection.
 */
final class Attempt implements AutoCloseable {
  private final InputLine.Call call;
  private final Alarms timer;
  private final Thread thread = Thread.currentThread();

  /* Guards the interrupt: it may not come after the end, when the thread does something else. */
  private final Object lock = new Object();
  private boolean isOver;
  private boolean isTimedOut;
  private @Nullable Thread helper;

  /* Used by the thread of the request only. */
  private long leftNanos;
  private long sinceNanos;
  private Stage stage = Stage.CONNECTING;
  private @Nullable Future<?> alarm;

  private Attempt(InputLine.Call call, Alarms timer, Duration time) {
    this.call = call;
    this.timer = timer;
    this.leftNanos = time.toNanos();
  }

  static Attempt start(InputLine.Call call, Alarms timer, Duration time) {
    Attempt attempt = new Attempt(call, timer, time);
    attempt.startClock();
    return attempt;
  }

  private void startClock() {
    sinceNanos = System.nanoTime();
    alarm = timer.ring(this::timeIsUp, leftNanos);
  }

  private void stopClock() {
    if (alarm != null) {
      alarm.cancel(false);
    }
    leftNanos = Math.max(0, leftNanos - (System.nanoTime() - sinceNanos));
  }

  private void timeIsUp() {
    synchronized (lock) {
      if (!isOver) {
        isTimedOut = true;
        thread.interrupt();
        if (helper != null) {
          helper.interrupt(); // with TLS, the thread of the request may wait for it
        }
      }
    }
  }

  /** Another thread works for it, until it ends itself. */
  void helpedBy(Thread other) {
    synchronized (lock) {
      helper = other;
      if (isTimedOut) {
        other.interrupt();
      }
    }
  }

  /** Something that waits. */
  @FunctionalInterface
  interface Waiting {
    /** Waits. */
    void run() throws InterruptedException;
  }

  /** Waits for something that is not the server's fault: the time does not count. */
  void untimed(Waiting waiting) throws InterruptedException {
    stopClock();
    try {
      waiting.run();
    } finally {
      startClock();
    }
  }

  /**
   * The body is whole: what is done with it does not take the server's time.
   *
   * @throws InterruptedException if the attempt has ended before; nothing was done
   */
  void answered(SaveFolder.Naming naming) throws IOException, InterruptedException {
    stopClock();
    if (Thread.interrupted()) {
      throw new InterruptedException();
    }
    try {
      naming.run();
    } finally {
      startClock();
    }
  }

  InputLine.Call call() {
    return call;
  }

  Stage stage() {
    return stage;
  }

  void reached(Stage reached) {
    stage = reached;
  }

  boolean isTimedOut() {
    synchronized (lock) {
      return isTimedOut;
    }
  }

  /** Ends it; an interrupt of its own does not stay. */
  @Override
  public void close() {
    if (alarm != null) {
      alarm.cancel(false);
    }
    synchronized (lock) {
      isOver = true;
      if (isTimedOut) {
        Thread.interrupted();
      }
    }
  }
}
