package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;

/** A call in a thread of its own, which can be interrupted. */
final class Caller<T> {
  private final FutureTask<T> call;
  private final Thread thread;
  /* Written by the thread before its outcome, read after that. */
  private boolean flag;

  private Caller(Callable<T> task) {
    call =
        new FutureTask<>(
            () -> {
              try {
                return task.call();
              } finally {
                flag = Thread.currentThread().isInterrupted();
              }
            });
    thread = Thread.ofPlatform().daemon().name("caller").start(call);
  }

  static <T> Caller<T> of(Callable<T> task) {
    return new Caller<>(task);
  }

  static Caller<Boolean> running(Runnable task) {
    return new Caller<>(
        () -> {
          task.run();
          return true;
        });
  }

  /** Waits until the thread waits. */
  Caller<T> awaitBlocked() {
    Patience.until(
        () -> {
          assertFalse(call.isDone(), () -> "did not wait: " + call);
          return switch (thread.getState()) {
            case WAITING, TIMED_WAITING -> true;
            default -> false;
          };
        },
        "a wait of the caller");
    return this;
  }

  Caller<T> interrupt() {
    thread.interrupt();
    return this;
  }

  void assertWaiting() {
    assertFalse(call.isDone(), "the call has returned");
  }

  T value() throws Exception {
    return call.get(Patience.LIMIT.toNanos(), TimeUnit.NANOSECONDS);
  }

  <E extends Throwable> E thrown(Class<E> type) {
    var wrapper = assertThrows(ExecutionException.class, this::value);
    return assertInstanceOf(type, wrapper.getCause());
  }

  /** Whether the interrupt flag was set when the call ended. */
  boolean leftInterrupted() {
    return flag;
  }
}
