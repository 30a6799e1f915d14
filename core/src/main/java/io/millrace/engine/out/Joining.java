package io.millrace.engine.out;

import io.millrace.engine.thread.KnownWaits;
import io.millrace.time.TimeSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Waits until nothing of a run is left. The run's clock knows of these waits. Thread-safe. */
public final class Joining {
  private final CountDownLatch joined = new CountDownLatch(1);

  /* The waits of those who go by a virtual clock, or wait for something else as well. */
  private final KnownWaits waits;

  public Joining(TimeSource clock) {
    this.waits = new KnownWaits(clock);
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
    waits.wake();
  }

  public void await() throws InterruptedException {
    await(Long.MAX_VALUE);
  }

  /** Waits until it is done, or {@link #wake} was called, unless {@code ready} says that nobody has to. */
  public void awaitWake(BooleanSupplier ready) throws InterruptedException {
    waits.awaitWake(ready);
  }

  /** Waits for so long at most; returns whether it is done. */
  public boolean await(long nanos) throws InterruptedException {
    if (waits.clock() != TimeSource.system()) {
      try {
        return waits.await(this::isDone, nanos);
      } catch (RuntimeException | Error broken) {
        // Whatever the clock does, nothing may go on before the run is gone.
      }
    }
    return joined.await(nanos, TimeUnit.NANOSECONDS);
  }
}
