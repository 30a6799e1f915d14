package io.millrace.executor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The future of an asynchronous stage, for whoever finds that the stage is not run: it fails then, so that it does not
 * stay pending. The stage may be queued, and cut off, before its future is known. Thread-safe.
 */
final class StageFuture {
  /* The future or the error, whichever comes first: the second one finds it. */
  private final AtomicReference<@Nullable Object> known = new AtomicReference<>();

  /** By the thread that makes the stage. */
  void is(CompletableFuture<?> future) {
    if (known.compareAndExchange(null, future) instanceof Throwable error) {
      future.completeExceptionally(error);
    }
  }

  /** The stage is not run, or its future is not waited for; does nothing if that is done. */
  void fail(Throwable error) {
    if (known.compareAndExchange(null, error) instanceof CompletableFuture<?> future) {
      future.completeExceptionally(error);
    }
  }
}
