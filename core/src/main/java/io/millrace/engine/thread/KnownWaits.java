package io.millrace.engine.thread;

import io.millrace.base.Quietly;
import io.millrace.time.TimeSource;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.BooleanSupplier;

/**
 * The threads that wait for one thing. Their clock knows of them, so a virtual one goes on meanwhile. Each adds its
 * wait, then asks whether it has to wait at all. Thread-safe.
 */
public final class KnownWaits {
  private final TimeSource clock;
  private final Queue<TimeSource.Wait> waits = new ConcurrentLinkedQueue<>();

  public KnownWaits(TimeSource clock) {
    this.clock = clock;
  }

  public TimeSource clock() {
    return clock;
  }

  /** Waits until it is ready, and it is asked so after each {@link #wake}. */
  public void await(BooleanSupplier isReady) throws InterruptedException {
    while (!isReady.getAsBoolean()) {
      awaitWake(isReady);
    }
  }

  /** Waits until it is ready, but not for longer than this; returns whether it is. */
  public boolean await(BooleanSupplier isReady, long nanos) throws InterruptedException {
    if (nanos == Long.MAX_VALUE) {
      await(isReady);
      return true;
    }
    boolean ready = isReady.getAsBoolean();
    if (!ready && Thread.interrupted()) {
      throw new InterruptedException();
    }
    if (ready || nanos <= 0) {
      return ready;
    }
    long deadline = clock.nanoTime() + nanos;
    while (!ready && deadline - clock.nanoTime() > 0) {
      awaitWake(isReady, deadline);
      ready = isReady.getAsBoolean();
    }
    return ready;
  }

  /** Waits until it is ready, or {@link #wake} was called. */
  public void awaitWake(BooleanSupplier isReady) throws InterruptedException {
    TimeSource.Wait wait = clock.newWait();
    waits.add(wait);
    try {
      if (!isReady.getAsBoolean()) {
        wait.await();
      }
    } finally {
      waits.remove(wait);
    }
  }

  private void awaitWake(BooleanSupplier isReady, long deadline) throws InterruptedException {
    TimeSource.Wait wait = clock.newWait();
    waits.add(wait);
    try {
      TimeSource.Timer timer = clock.schedule(deadline, wait::end);
      try {
        if (!isReady.getAsBoolean()) {
          wait.await();
        }
      } finally {
        Quietly.cancel(timer::cancel);
      }
    } finally {
      waits.remove(wait);
    }
  }

  /** Wakes those who wait, so that they look again: all of them, whatever the clock does for one. Never throws. */
  public void wake() {
    for (TimeSource.Wait wait = waits.poll(); wait != null; wait = waits.poll()) {
      Quietly.end(wait::end);
    }
  }
}
