package io.millrace.cli.watch;

import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.Monitor;
import io.millrace.cli.console.Breakdown;
import io.millrace.outcome.Wording;
import io.millrace.testkit.NoLeaks;
import java.io.OutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.OptionalLong;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** Who hears of the thread that looks at a run. */
@NoLeaks
class RecorderTest {
  @DisplayName("C17: a report whose thread dies ends the run")
  @Test
  void itsDeathIsHeardOf() throws InterruptedException {
    CountDownLatch ended = new CountDownLatch(1);
    Breakdown breakdown =
        new Breakdown("test", new PrintStream(OutputStream.nullOutputStream()), ended::countDown);
    AtomicInteger looks = new AtomicInteger();
    Recorder recorder =
        Recorder.start(
            () -> {
              if (looks.incrementAndGet() > 1) {
                throw new OutOfMemoryError("Java heap space");
              }
              return new Standing(
                  0,
                  0,
                  0,
                  0,
                  OptionalLong.empty(),
                  Monitor.of(new Wording() {}).snapshot(),
                  Duration.ZERO);
            },
            breakdown);
    assertTrue(ended.await(30, TimeUnit.SECONDS));
    assertThrows(OutOfMemoryError.class, recorder::close);
  }
}
