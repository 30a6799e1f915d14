package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.Cli;
import io.millrace.testkit.NoLeaks;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What a run hears of the threads beside it. */
@NoLeaks
class BreakdownTest {
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();
  private final PrintStream err = Cli.utf8(said);
  private final CountDownLatch ended = new CountDownLatch(1);
  private final Breakdown breakdown = new Breakdown("millrace run", err, ended::countDown);

  private static void fail() {
    throw new OutOfMemoryError("Java heap space");
  }

  private void attempt() {
    try {
      breakdown.run("the report", BreakdownTest::fail);
    } catch (OutOfMemoryError expected) {
      assertEquals("Java heap space", expected.getMessage());
    }
  }

  @DisplayName("C17: a progress line that dies ends the run, with one line and exit code 1")
  @Test
  void theProgressLine() throws InterruptedException {
    try (ProgressDisplay _ =
        ProgressDisplay.start(
            new ProgressDisplay.Silence(),
            Duration.ofMillis(1),
            () -> {
              throw new OutOfMemoryError("Java heap space");
            },
            breakdown)) {
      assertTrue(ended.await(30, TimeUnit.SECONDS));
    }
    assertEquals(1, breakdown.exitCode(0));
  }

  @DisplayName("C17: the first thread that dies is told of, in one line; the others are not")
  @Test
  void oneLine() {
    assertEquals(0, breakdown.exitCode(0));
    attempt();
    attempt();
    assertEquals(
        "millrace run: the report has failed: out of memory (Java heap space); ending"
            + System.lineSeparator(),
        said.toString(StandardCharsets.UTF_8));
    assertEquals(0, ended.getCount());
    assertEquals(1, breakdown.exitCode(0));
    assertEquals(3, breakdown.exitCode(3));
    assertEquals(143, breakdown.exitCode(143));
  }

  @DisplayName("C16: a signal that cannot end the run ends the process, with its code and one line")
  @Test
  void aSignalThatFails() {
    List<Object> order = new ArrayList<>();
    Signals signals =
        new Signals(err, BreakdownTest::fail, () -> order.add("killed"), code -> order.add(code));
    signals.arrived(143);
    assertEquals(List.of("killed", 143), order);
    assertEquals(
        "millrace: a signal could not end the run: out of memory (Java heap space)"
            + System.lineSeparator(),
        said.toString(StandardCharsets.UTF_8));
  }
}
