package io.millrace.matrix;

import io.millrace.testkit.LeakCheck;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;

/** A call in a thread of its own, so that a hang becomes an error with a stack. */
final class InTime {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private InTime() {}

  /** What the call throws; null if it returns. */
  static Throwable thrownBy(Callable<?> call) throws InterruptedException {
    AtomicReference<Throwable> error = new AtomicReference<>();
    Thread thread =
        Thread.ofPlatform()
            .daemon()
            .name("in time")
            .start(
                () -> {
                  try {
                    call.call();
                    if (Thread.interrupted()) {
                      error.set(new AssertionError("I7: the caller's interrupt flag is set"));
                    }
                  } catch (Throwable thrown) {
                    error.set(thrown);
                  }
                });
    if (!thread.join(PATIENCE)) {
      String stack =
          Arrays.stream(thread.getStackTrace())
              .map(Object::toString)
              .collect(Collectors.joining("\n    "));
      String others = String.join("\n", LeakCheck.liveThreads());
      thread.interrupt();
      throw new AssertionError("hangs at\n    " + stack + "\n" + others);
    }
    return error.get();
  }
}
