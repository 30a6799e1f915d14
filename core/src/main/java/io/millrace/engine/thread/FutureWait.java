package io.millrace.engine.thread;

import io.millrace.time.TimeSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Waits for one future in a way that a virtual clock knows of, so that the clock goes on meanwhile. Thread-safe. */
public final class FutureWait {
  private final CompletableFuture<?> future;
  private final KnownWaits waits;

  /* One listener for all waits there will be. */
  private final AtomicBoolean isListening = new AtomicBoolean();

  private FutureWait(CompletableFuture<?> future, TimeSource clock) {
    this.future = future;
    this.waits = new KnownWaits(clock);
  }

  /** Waits for this future; null in real time, where nobody needs to know of them. */
  public static @Nullable FutureWait of(CompletableFuture<?> future, TimeSource clock) {
    return clock == TimeSource.system() ? null : new FutureWait(future, clock);
  }

  /** Waits for so long at most; returns whether the future is done. */
  @SuppressWarnings("FutureReturnValueIgnored")
  public boolean await(long nanos) throws InterruptedException {
    if (!future.isDone() && isListening.compareAndSet(false, true)) {
      future.whenComplete((value, error) -> waits.wake());
    }
    return waits.await(future::isDone, nanos);
  }

  public void awaitUninterruptibly() {
    boolean interrupted = false;
    while (!future.isDone()) {
      try {
        await(Long.MAX_VALUE);
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
