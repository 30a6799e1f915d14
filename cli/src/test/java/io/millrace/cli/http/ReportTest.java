package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.cli.http.InputSource.Reading;
import io.millrace.cli.http.Tally.Counts;
import io.millrace.outcome.RunStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static Counts counts() {
    return new Counts(1_500, 1_400, 100, 7, new TreeMap<>(Map.of(200, 1_400L, 404, 100L)), 3, 0);
  }

  @Test
  void theSummaryCountsStatuses() {
    List<String> lines =
        new Report(counts(), Duration.ofSeconds(150))
            .summary(RunStatus.COMPLETED, "", new Reading(9, true, 1_500, 0));
    assertEquals(
        List.of(
            "millrace: 1,500 done in 2 min 30 s (10.0/s): 1,400 ok, 100 failed, 7 retries",
            "  status: 200 x 1,400, 404 x 100"),
        lines);
  }

  @Test
  void aRunThatWasCutShortSaysWhatWasNotRun() {
    Report report = new Report(counts(), Duration.ofSeconds(3));
    assertEquals(
        "  interrupted: 3 cut off, 20 not started, 7 blank or comments, nothing read after line 1,530",
        report
            .summary(RunStatus.CANCELLED, "interrupted", new Reading(1_530, false, 1_523, 7))
            .getLast());
    assertEquals(
        "  stopped by --run-timeout: 3 cut off, 20 not started",
        report
            .summary(
                RunStatus.TIMED_OUT, "stopped by --run-timeout", new Reading(1_523, true, 1_523, 0))
            .getLast());
  }
}
