package io.millrace.cli.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class StatusLineTest {
  private static final FailureReport FAILURES =
      new FailureReport(List.of(new FailureGroup("status 404", 3, 16, "line 17")), 0);

  private static Snapshot snapshot(Map<WaitCause, Long> waiting, List<Pause> pauses) {
    long[] counts = new long[Latencies.place(50_000_000) + 1];
    counts[Latencies.place(50_000_000)] = 100;
    return new Snapshot(
        1,
        1_300,
        OptionalLong.empty(),
        1_234,
        3,
        200,
        0,
        60,
        64,
        waiting,
        15,
        pauses,
        Duration.ofSeconds(28),
        Latencies.of(counts),
        Latencies.NONE,
        FAILURES);
  }

  @Test
  void itSaysHowFarTheRunIsAndForWhatItWaits() {
    Snapshot snapshot =
        snapshot(
            Map.of(WaitCause.RATE, 4L, WaitCause.PAUSE, 20L),
            List.of(
                new Pause("over", 1, Duration.ZERO),
                new Pause("Retry-After from api.example.com", 2, Duration.ofMillis(27_400))));
    StatusLine line = new StatusLine();
    Standing standing = Standing.of(snapshot, Duration.ofSeconds(10));
    assertEquals(
        "1,234 of 1,300 so far, 103/s, average 103/s, 3 failed,"
            + " paused 28 s: Retry-After from api.example.com, 60 of 64 running,"
            + " waiting: 20 paused + 4 for the rate, 15 retries, 200 restored, 10 s",
        line.next(standing).full());
  }

  @DisplayName("no more time has passed than the summary says in the end")
  @Test
  void timeThatHasPassedIsNotRoundedUp() {
    Snapshot any = snapshot(Map.of(), List.of());
    for (int millis : new int[] {10_050, 10_999}) {
      Standing standing =
          new Standing(0, 0, 0, 100, OptionalLong.of(100), any, Duration.ofMillis(millis));
      assertTrue(new StatusLine().next(standing).full().endsWith(", 10 s"));
    }
  }

  @DisplayName("rates are of what this run has done, without what an earlier one had done")
  @Test
  void theRateOfNowIsThatOfTheLastSeconds() {
    StatusLine line = new StatusLine();
    Snapshot any = snapshot(Map.of(), List.of());
    for (int second = 0; second < 20; second++) {
      line.next(
          new Standing(
              second + 200, 0, 200, 100, OptionalLong.of(1_000), any, Duration.ofSeconds(second)));
    }
    String text =
        line.next(
                new Standing(270, 0, 200, 100, OptionalLong.of(1_000), any, Duration.ofSeconds(20)))
            .full();
    assertEquals("270/1,000 27 %, 11/s, average 3.5/s", text.substring(0, 35));
    assertEquals("ETA 67 s", text.substring(text.length() - 8));
  }

  @Test
  void theEndSaysTimesPausesAndFailuresWithTheCommandThatRunsThemAgain() {
    Snapshot end = snapshot(Map.of(), List.of(new Pause("Retry-After from b", 2, Duration.ZERO)));
    assertEquals(
        List.of(
            "  latency: median 50 ms, 90 % 50 ms, 99 % 50 ms, longest 50 ms",
            "  paused for 28 s: 2 x Retry-After from b",
            "  3 x status 404, the first: line 17",
            "  only these again: millrace http failed.txt"),
        Summary.lines(end, Optional.of("millrace http failed.txt")));
  }
}
