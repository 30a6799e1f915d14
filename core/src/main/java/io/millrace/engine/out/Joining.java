package io.millrace.engine.out;

import io.millrace.time.Clock;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits until nothing of a run is left. The run's clock knows of waits without a time limit. Thread-safe. */
public final class Joining {
  private final Clock clock;
  private final CountDownLatch joined = new CountDownLatch(1);

  /*
   * The waits of those who go by a virtual clock, or wait for something else as well. Each one adds its
   * wait, then asks again.
   */
  private final Queue<Clock.Wait> waits = new ConcurrentLinkedQueue<>();

  public Joining(Clock clock) {
    this.clock = clock;
  }

  public boolean isDone() {
    return joined.getCount() == 0;
  }

  /** Lets everybody go on, now and later. */
  public void done() {
    joined.countDown();
    wake();
  }

  /** Wakes those that wait for something else as well, so that they look again. */
  public void wake() {
    for (Clock.Wait wait = waits.poll(); wait != null; wait = waits.poll()) {
      wait.end();
    }
  }

  public void await() throws InterruptedException {
    if (clock == Clock.system()) {
      joined.await();
    } else {
      awaitByClock();
    }
  }

  /* Whatever the clock does, nothing may go on before the run is gone. */
  private void awaitByClock() throws InterruptedException {
    try {
      while (!isDone()) {
        awaitWake(this::isDone);
      }
    } catch (RuntimeException | Error broken) {
      joined.await();
    }
  }

  /** Waits until it is done, or {@link #wake} was called, unless {@code ready} says that nobody has to. */
  public void awaitWake(BooleanSupplier ready) throws InterruptedException {
    Clock.Wait wait = clock.newWait();
    waits.add(wait);
    try {
      if (!ready.getAsBoolean()) {
        wait.await();
      }
    } finally {
      waits.remove(wait);
    }
  }

  /** Waits for so long in real time; returns whether it is done. */
  public boolean await(long nanos) throws InterruptedException {
    if (nanos == Long.MAX_VALUE) {
      await();
      return true;
    }
    return joined.await(nanos, TimeUnit.NANOSECONDS);
  }
}
