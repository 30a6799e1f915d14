package io.millrace.plan;

import io.millrace.base.Rethrow;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/** Waits for a stage in the calling thread. */
final class Stages {
  private Stages() {}

  static <R extends @Nullable Object> R await(CompletionStage<? extends R> stage) throws Exception {
    CompletableFuture<? extends R> future = stage.toCompletableFuture();
    try {
      return future.get();
    } catch (InterruptedException interrupted) {
      future.cancel(true);
      throw interrupted;
    } catch (ExecutionException wrapper) {
      throw Rethrow.asIs(unwrapped(wrapper));
    } catch (CancellationException cancelled) { // the JDK's own, around the stage's
      throw cancelled.getCause() instanceof CancellationException first ? first : cancelled;
    }
  }

  /* One wrapper only: what is in it is the stage's own failure, of whatever type. */
  private static Throwable unwrapped(ExecutionException wrapper) {
    return wrapper.getCause() == null ? wrapper : wrapper.getCause();
  }
}
