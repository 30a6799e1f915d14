package io.millrace.executor;

import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** An executor whose futures are completable ones. */
interface CompletableConformance extends Conformance {

  default <T> CompletableFuture<T> submit(Callable<T> task) {
    return (CompletableFuture<T>) executor().submit(task);
  }

  /** What failed, whether or not the stage has wrapped it. */
  static Throwable cause(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }
}
