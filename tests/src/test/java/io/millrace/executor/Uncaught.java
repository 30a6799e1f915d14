package io.millrace.executor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import java.lang.Thread.UncaughtExceptionHandler;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What reaches the default handler of uncaught exceptions, until it is closed. */
final class Uncaught implements AutoCloseable {
  private final UncaughtExceptionHandler before = Thread.getDefaultUncaughtExceptionHandler();
  private final BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();

  Uncaught() {
    Thread.setDefaultUncaughtExceptionHandler((_, error) -> errors.add(error));
  }

  /** Notes errors, and throws this one each time. */
  static Uncaught throwing(Error broken) {
    var uncaught = new Uncaught();
    Thread.setDefaultUncaughtExceptionHandler(
        (_, error) -> {
          uncaught.errors.add(error);
          throw broken;
        });
    return uncaught;
  }

  Throwable next() throws InterruptedException {
    Throwable error = errors.poll(Patience.LIMIT.toNanos(), TimeUnit.NANOSECONDS);
    assertNotNull(error, "nothing reached the handler of uncaught exceptions");
    return error;
  }

  void assertNone() {
    assertEquals(List.of(), List.copyOf(errors), "uncaught");
  }

  @Override
  public void close() {
    Thread.setDefaultUncaughtExceptionHandler(before);
  }
}
