package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A task that runs until it is released or, unless it is stubborn, interrupted. */
final class Held implements Callable<String> {
  static final String VALUE = "held";

  private final boolean stubborn;
  private final AtomicInteger runs = new AtomicInteger();
  private final CountDownLatch started = new CountDownLatch(1);
  private final CountDownLatch released = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  private Held(boolean stubborn) {
    this.stubborn = stubborn;
  }

  static Held task() {
    return new Held(false);
  }

  /** Notes an interrupt and goes on. */
  static Held stubborn() {
    return new Held(true);
  }

  static void release(Collection<Held> tasks) {
    tasks.forEach(Held::release);
  }

  @Override
  public String call() throws InterruptedException {
    runs.incrementAndGet();
    started.countDown();
    try {
      while (!isReleased()) {}
    } finally {
      ended.countDown();
    }
    return VALUE;
  }

  /** The same as a command, which ends normally when interrupted. */
  void run() {
    try {
      call();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean isReleased() throws InterruptedException {
    try {
      return released.await(Patience.LIMIT.toNanos(), TimeUnit.NANOSECONDS) || givesUp();
    } catch (InterruptedException e) {
      interrupted.countDown();
      if (!stubborn) {
        throw e;
      }
      return false;
    }
  }

  private static boolean givesUp() {
    throw new AssertionError("nobody released the task");
  }

  void release() {
    released.countDown();
  }

  void awaitStart() throws InterruptedException {
    Patience.await(started, "the start of a task");
  }

  void awaitInterrupt() throws InterruptedException {
    Patience.await(interrupted, "the interrupt of a task");
  }

  void awaitEnd() throws InterruptedException {
    Patience.await(ended, "the end of a task");
  }

  boolean isStarted() {
    return runs.get() > 0;
  }

  boolean isInterrupted() {
    return interrupted.getCount() == 0;
  }

  boolean isEnded() {
    return ended.getCount() == 0;
  }

  void assertNeverRan() {
    assertEquals(0, runs.get(), "runs of a task that never starts");
  }
}
