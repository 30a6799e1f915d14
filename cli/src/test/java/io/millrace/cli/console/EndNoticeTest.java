package io.millrace.cli.console;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.testkit.NoLeaks;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** What is said of the end of a run, and its summary. */
@NoLeaks
class EndNoticeTest {
  private final List<String> order = new CopyOnWriteArrayList<>();

  /** Does something before each line is said. */
  private PrintStream err(Consumer<String> before) {
    return new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8) {
      @Override
      public void println(String line) {
        before.accept(line);
        order.add(line);
      }
    };
  }

  @DisplayName("the line about a signal is said before the summary, however slowly")
  @Test
  void theSummaryWaits() throws InterruptedException {
    AtomicReference<Thread> summary = new AtomicReference<>();
    Breakdown breakdown =
        new Breakdown(
            "millrace http",
            err(_ -> awaitBlocked(summary.get())),
            () -> {
              order.add("end");
              summary.get().start();
            });
    summary.set(
        new Thread(
            () -> {
              breakdown.ending().summarized();
              order.add("summary");
            }));

    assertTrue(breakdown.ending().end("ending"));

    summary.get().join();
    assertEquals(List.of("end", "ending", "summary"), order);
  }

  /* Until it waits, or has gone on to its end. */
  private static void awaitBlocked(Thread thread) {
    while (thread.getState() != Thread.State.WAITING
        && thread.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
  }

  @DisplayName("a signal behind the summary ends the run, and says nothing")
  @Test
  void behindTheSummary() {
    Breakdown breakdown = new Breakdown("millrace http", err(_ -> {}), () -> order.add("end"));
    breakdown.ending().summarized();

    assertFalse(breakdown.ending().end("ending"));

    assertEquals(List.of("end"), order);
  }

  @DisplayName("what fails beside a run is told behind the summary as well")
  @Test
  void failuresAreTold() {
    Breakdown breakdown = new Breakdown("millrace http", err(_ -> {}), () -> order.add("end"));
    breakdown.ending().summarized();

    try {
      breakdown.run(
          "the live page",
          () -> {
            throw new IllegalStateException("broken");
          });
    } catch (IllegalStateException expected) {
      assertEquals("broken", expected.getMessage());
    }

    assertEquals(List.of("end", "millrace http: the live page has failed: broken; ending"), order);
  }
}
