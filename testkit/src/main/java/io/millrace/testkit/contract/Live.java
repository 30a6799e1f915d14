package io.millrace.testkit.contract;

import java.time.Duration;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A trial that goes on in a thread of its own, so that a hang becomes an error with a stack. */
final class Live<T extends @Nullable Object, R extends @Nullable Object> implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private final Thread thread;

  /* Written by the thread before it ends, read after joining it. */
  private @Nullable Report<T, R> report;

  Live(String name, Supplier<Report<T, R>> call) {
    thread = Thread.ofPlatform().daemon().name("contract " + name).start(() -> report = call.get());
  }

  /** The calling thread. */
  Thread thread() {
    return thread;
  }

  boolean isOver() {
    return !thread.isAlive();
  }

  /** Waits for the end; an error if that takes 10 s. */
  Report<T, R> report() {
    join();
    Report<T, R> done = report;
    if (done == null) {
      throw new AssertionError(
          thread + " did not come to its end within " + PATIENCE + "; it is at" + stack());
    }
    return done;
  }

  private void join() {
    try {
      thread.join(PATIENCE);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new AssertionError("interrupted; " + thread + " is at" + stack(), interrupted);
    }
  }

  private String stack() {
    return Arrays.stream(thread.getStackTrace())
        .map(frame -> "\n    " + frame)
        .collect(Collectors.joining());
  }

  /** Whatever became of the test, its run ends. */
  @Override
  public void close() {
    if (thread.isAlive()) {
      thread.interrupt();
    }
  }
}
