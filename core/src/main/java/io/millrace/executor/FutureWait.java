package io.millrace.executor;

import io.millrace.engine.thread.KnownWaits;
import io.millrace.time.Clock;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Waits for one future that a virtual clock knows of, so that it goes on meanwhile. Thread-safe. */
final class FutureWait {
  private final CompletableFuture<?> future;
  private final KnownWaits waits;

  /* One listener for all waits there will be. */
  private final AtomicBoolean isListening = new AtomicBoolean();

  FutureWait(CompletableFuture<?> future, Clock clock) {
    this.future = future;
    this.waits = new KnownWaits(clock);
  }

  /** Waits for so long at most; returns whether the future is done. */
  boolean await(long nanos) throws InterruptedException {
    if (!future.isDone() && isListening.compareAndSet(false, true)) {
      FutureWaits.whenDone(future, waits::wake);
    }
    return waits.await(future::isDone, nanos);
  }

  void awaitUninterruptibly() {
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
