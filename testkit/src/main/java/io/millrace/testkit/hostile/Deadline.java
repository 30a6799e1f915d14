package io.millrace.testkit.hostile;

import io.millrace.testkit.LeakCheck;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Runs a call in a thread of its own, so that a hang becomes an error with a stack. */
final class Deadline {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private Deadline() {}

  static <R extends @Nullable Object> R meet(Callable<R> call) {
    FutureTask<R> task =
        new FutureTask<>(
            () -> {
              R value = call.call();
              if (Thread.interrupted()) {
                throw new AssertionError("the interrupt flag of the calling thread is set");
              }
              return value;
            });
    Thread thread = Thread.ofPlatform().daemon().name("hostile").start(task);
    try {
      if (!thread.join(PATIENCE)) {
        String stack = stackOf(thread);
        thread.interrupt();
        throw new AssertionError("no end within " + PATIENCE + "; the call is at" + stack);
      }
      return task.get();
    } catch (InterruptedException interrupted) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted", interrupted);
    } catch (ExecutionException failed) {
      throw failure(failed.getCause());
    }
  }

  private static AssertionError failure(@Nullable Throwable cause) {
    return cause instanceof AssertionError error
        ? error
        : new AssertionError("the call threw " + cause, cause);
  }

  private static String stackOf(Thread thread) {
    String own =
        Arrays.stream(thread.getStackTrace())
            .map(frame -> "\n    " + frame)
            .collect(Collectors.joining());
    return own + "\n" + String.join("\n", LeakCheck.liveThreads());
  }
}
