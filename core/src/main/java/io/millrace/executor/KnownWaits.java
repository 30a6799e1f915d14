package io.millrace.executor;

import io.millrace.time.Clock;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Waits for one future that a virtual clock knows of, so that it goes on meanwhile. Thread-safe. */
final class KnownWaits {
  private final CompletableFuture<?> future;
  private final Clock clock;

  /* Each waiter adds its wait, then looks whether the future is done. */
  private final Queue<Clock.Wait> waits = new ConcurrentLinkedQueue<>();

  /* One listener for all waits there will be. */
  private final AtomicBoolean isListening = new AtomicBoolean();

  KnownWaits(CompletableFuture<?> future, Clock clock) {
    this.future = future;
    this.clock = clock;
  }

  Clock clock() {
    return clock;
  }

  void await() throws InterruptedException {
    if (future.isDone()) {
      return;
    }
    Clock.Wait wait = clock.newWait();
    waits.add(wait);
    try {
      if (isListening.compareAndSet(false, true)) {
        FutureWaits.whenDone(future, this::end);
      }
      if (!future.isDone()) {
        wait.await();
      }
    } finally {
      waits.remove(wait);
    }
  }

  void awaitUninterruptibly() {
    boolean interrupted = false;
    while (!future.isDone()) {
      try {
        await();
      } catch (InterruptedException again) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void end() {
    for (Clock.Wait wait = waits.poll(); wait != null; wait = waits.poll()) {
      wait.end();
    }
  }
}
