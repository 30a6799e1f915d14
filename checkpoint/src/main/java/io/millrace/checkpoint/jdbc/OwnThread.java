package io.millrace.checkpoint.jdbc;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * Opens and reads in a thread that nobody interrupts. An interrupt closes channels, and the sockets of virtual
 * threads, and it ends pauses: in the caller's own thread that would look like a broken disk or a lost connection.
 */
final class OwnThread {
  private OwnThread() {}

  /** As the other, of a result that holds nothing. */
  static <T> T call(Duration grace, Supplier<T> body) {
    return call(grace, body, _ -> {});
  }

  /**
   * Does something, and returns what comes of it or throws what it throws. If the caller was or gets interrupted, its flag is
   * set afterwards.
   *
   * @param grace how long a caller that was interrupted waits, before it goes on without the result
   * @param unwanted is given a result that nobody waits for any more, in the same thread
   * @throws CancellationException if the caller is interrupted, and this takes long
   */
  static <T> T call(Duration grace, Supplier<T> body, Consumer<? super T> unwanted) {
    CompletableFuture<T> result = new CompletableFuture<>();
    start(
        () -> {
          try {
            T value = body.get();
            if (!result.complete(value)) {
              unwanted.accept(value);
            }
          } catch (Throwable failed) {
            result.completeExceptionally(failed);
          }
        });
    try {
      return Thread.interrupted() ? soon(result, grace) : inTime(result, grace);
    } catch (ExecutionException failed) {
      throw asOfCaller(Objects.requireNonNull(failed.getCause()));
    }
  }

  private static void start(Runnable task) {
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("millrace-checkpoint")
            .inheritInheritableThreadLocals(false)
            .unstarted(task);
    thread.setContextClassLoader(Thread.currentThread().getContextClassLoader());
    thread.start();
  }

  private static <T> T inTime(CompletableFuture<T> result, Duration grace)
      throws ExecutionException {
    try {
      return result.get();
    } catch (InterruptedException interrupted) {
      return soon(result, grace);
    }
  }

  private static <T> T soon(CompletableFuture<T> result, Duration grace) throws ExecutionException {
    long deadline = System.nanoTime() + grace.toNanos();
    try {
      while (!result.isDone()) {
        long left = deadline - System.nanoTime();
        try {
          return result.get(left, TimeUnit.NANOSECONDS);
        } catch (InterruptedException again) {
          // the flag is set in the end
        } catch (TimeoutException late) {
          var cancelled =
              new CancellationException(
                  "the thread was interrupted before the checkpoint was there");
          if (result.completeExceptionally(cancelled)) {
            throw cancelled;
          }
        }
      }
      return done(result);
    } finally {
      Thread.currentThread().interrupt();
    }
  }

  private static <T> T done(CompletableFuture<T> result) throws ExecutionException {
    return switch (result.state()) {
      case FAILED -> throw new ExecutionException(result.exceptionNow());
      case CANCELLED -> throw new ExecutionException(new CancellationException());
      case SUCCESS, RUNNING -> result.resultNow();
    };
  }

  /* Whoever reads the stack wants to know whose call it was. */
  private static RuntimeException asOfCaller(Throwable failed) {
    StackTraceElement[] caller = new Throwable().getStackTrace();
    failed.setStackTrace(
        Stream.of(failed.getStackTrace(), caller)
            .flatMap(Stream::of)
            .toArray(StackTraceElement[]::new));
    if (failed instanceof Error error) {
      throw error;
    }
    throw (RuntimeException) failed;
  }
}
