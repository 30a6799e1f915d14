package io.millrace.soundness;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

/** Bounds on real time, for calls that a fault would let hang. */
final class Soon {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private Soon() {}

  /** What a call gives that must not hang; it runs in a platform thread of its own. */
  static <R> R of(Callable<R> call) throws Exception {
    FutureTask<R> task = new FutureTask<>(call);
    Thread thread = Thread.ofPlatform().daemon().name("call-that-must-end").start(task);
    try {
      return task.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException hangs) {
      AssertionError error = new AssertionError("hangs, see the stack");
      error.setStackTrace(thread.getStackTrace());
      thread.interrupt();
      throw error;
    } catch (ExecutionException failed) {
      throw Soon.<RuntimeException>asIs(failed.getCause());
    }
  }

  /** Returns as soon as it is so; fails if that takes very long. */
  static void until(BooleanSupplier reached) {
    long start = System.nanoTime();
    while (!reached.getAsBoolean()) {
      if (System.nanoTime() - start > PATIENCE.toNanos()) {
        throw new AssertionError("did not come to be within " + PATIENCE);
      }
      Thread.yield();
    }
  }

  /** Waits as an action does that ignores its interrupt. */
  static void awaitDeaf(CountDownLatch latch) {
    while (true) {
      try {
        latch.await();
        return;
      } catch (InterruptedException ignored) {
        // deaf
      }
    }
  }

  static Duration since(long nanoTime) {
    return Duration.ofNanos(System.nanoTime() - nanoTime);
  }

  /** Throws anything, declared or not. */
  @SuppressWarnings("unchecked")
  static <E extends Throwable> E asIs(Throwable error) throws E {
    throw (E) error;
  }
}
