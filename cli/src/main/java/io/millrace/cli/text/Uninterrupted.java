package io.millrace.cli.text;

import java.io.IOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;

/**
 * Has something done with files in a thread of its own. An interrupt of a thread closes the channel that it uses: here
 * nobody interrupts one, and whoever waits for it hears of an interrupt when it is done.
 */
public final class Uninterrupted {
  private Uninterrupted() {}

  /** Something with files. */
  @FunctionalInterface
  public interface Step<T> {
    /** Does it. */
    T run() throws IOException;
  }

  /** Does it, and waits for its end. */
  public static <T> T call(Step<T> step) throws IOException {
    FutureTask<T> task = new FutureTask<>(step::run);
    Thread.ofVirtual().name("millrace-file").start(task);
    boolean isInterrupted = false;
    try {
      while (true) {
        try {
          return task.get();
        } catch (InterruptedException later) {
          isInterrupted = true;
        }
      }
    } catch (ExecutionException failed) {
      switch (failed.getCause()) {
        case IOException error -> throw error;
        case RuntimeException error -> throw error;
        case Error error -> throw error;
        case null, default -> throw new IllegalStateException(failed);
      }
    } finally {
      if (isInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
