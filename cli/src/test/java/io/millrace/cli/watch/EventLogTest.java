package io.millrace.cli.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Wording;
import io.millrace.testkit.NoLeaks;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the lines of a log are written. */
@NoLeaks
class EventLogTest {
  private static final Wording WORDING = new Wording() {};

  private static MonitorEvent pause(String origin) {
    return new MonitorEvent.Paused(origin, Duration.ofSeconds(1));
  }

  @DisplayName("M15: a line of the log is written at once, not when many have gathered")
  @Test
  void aLineIsWrittenAtOnce() throws InterruptedException {
    BlockingQueue<String> written = new LinkedBlockingQueue<>();
    try (EventLog log = new EventLog(written::add, WORDING)) {
      for (String origin : new String[] {"first", "second"}) {
        log.accept(pause(origin));
        String line = written.poll(30, TimeUnit.SECONDS);
        assertTrue(line != null && line.contains(origin) && line.endsWith("\n"), "not " + line);
      }
    }
  }

  @DisplayName("M15: closing a log writes all of it, in whole lines, also for a slow file")
  @Test
  void closingWritesAll() throws InterruptedException {
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch go = new CountDownLatch(1);
    StringBuffer written = new StringBuffer();
    EventLog log =
        new EventLog(
            lines -> {
              begun.countDown();
              await(go);
              assertTrue(lines.endsWith("\n"), lines);
              written.append(lines);
            },
            WORDING);
    try (log) {
      for (int line = 0; line < 100; line++) {
        log.accept(pause("p" + line));
      }
      assertTrue(begun.await(30, TimeUnit.SECONDS));
      go.countDown();
      Thread.currentThread().interrupt();
    }
    assertTrue(Thread.interrupted());
    assertEquals(100, written.toString().lines().count());
  }

  @DisplayName(
      "M15: whatever the thread that writes the log dies of, it says so, and keeps nobody waiting")
  @ParameterizedTest
  @ValueSource(
      classes = {OutOfMemoryError.class, StackOverflowError.class, NullPointerException.class})
  @Timeout(value = 60, threadMode = ThreadMode.SEPARATE_THREAD)
  void aWriterThatDies(Class<? extends Throwable> death) throws Exception {
    Throwable error = death.getConstructor().newInstance();
    EventLog log =
        new EventLog(
            _ -> {
              if (error instanceof Error fatal) {
                throw fatal;
              }
              throw (RuntimeException) error;
            },
            WORDING);
    try (log) {
      for (int line = 0; line < 2_000; line++) {
        log.accept(pause("p" + line));
      }
    }
    assertSame(error, log.problem().orElseThrow());
  }

  @DisplayName("M15: a log that cannot be written says why, and keeps nobody waiting")
  @Test
  void aProblemIsTold() {
    EventLog log =
        new EventLog(
            _ -> {
              throw new IOException("full");
            },
            WORDING);
    try (log) {
      for (int line = 0; line < 2_000; line++) {
        log.accept(pause("p" + line));
      }
    }
    assertEquals("full", log.problem().orElseThrow().getMessage());
  }

  private static void await(CountDownLatch latch) {
    try {
      assertTrue(latch.await(30, TimeUnit.SECONDS));
    } catch (InterruptedException interrupted) {
      throw new AssertionError(interrupted);
    }
  }
}
