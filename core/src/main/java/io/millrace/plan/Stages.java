package io.millrace.plan;

import io.millrace.base.Rethrow;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
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
      throw Rethrow.asIs(unwrap(wrapper));
    }
  }

  private static Throwable unwrap(Throwable wrapper) {
    Throwable error = wrapper;
    while ((error instanceof ExecutionException || error instanceof CompletionException)
        && error.getCause() != null) {
      error = error.getCause();
    }
    return error;
  }
}
