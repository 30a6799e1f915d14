package io.millrace.executor;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;

/** Tasks that throw. */
final class Broken {
  private Broken() {}

  /** One of each kind that an executor may be tempted to treat in a way of its own. */
  static List<Throwable> kinds() {
    return List.of(
        new IOException("checked"),
        new IllegalStateException("unchecked"),
        new AssertionError("error"),
        new StackOverflowError("error of the machine"),
        new Throwable("neither exception nor error"),
        new CancellationException("thrown, not asked for"),
        new InterruptedException("thrown, not received"),
        new RejectedExecutionException("of another executor"),
        new TimeoutException("of its own"),
        new ExecutionException("of another task", new IOException("inner")),
        new CompletionException("of another stage", new IOException("inner")));
  }

  static Callable<String> task(Throwable error) {
    return () -> {
      raise(error);
      return "not reached";
    };
  }

  static Runnable command(Throwable error) {
    return () -> raise(error);
  }

  private static void raise(Throwable error) {
    Broken.<RuntimeException>unchecked(error);
  }

  @SuppressWarnings("unchecked")
  private static <E extends Throwable> void unchecked(Throwable error) throws E {
    throw (E) error;
  }
}
