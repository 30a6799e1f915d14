package io.millrace.cli.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.millrace.cli.http.InputSource.Reading;
import io.millrace.cli.http.Tally.Counts;
import io.millrace.outcome.RunStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class ReportTest {
  private static Counts counts(List<Map.Entry<String, Long>> errors) {
    return new Counts(
        1_500, 1_400, 100, 7, new TreeMap<>(Map.of(200, 1_400L, 404, 100L)), errors, 3, 0);
  }

  @Test
  void theProgressIsOneShortLine() {
    String line = new Report(counts(List.of()), Duration.ofSeconds(3)).progress(16);
    assertEquals("1,500 done, 100 failed, 7 retries, 16 running, 500.0/s, 3.0 s", line);
  }

  @Test
  void theSummaryCountsStatusesAndTheMostFrequentErrors() {
    List<Map.Entry<String, Long>> errors =
        List.of(
            Map.entry("status 404", 94L),
            Map.entry("b", 2L),
            Map.entry("c", 1L),
            Map.entry("d", 1L),
            Map.entry("e", 1L),
            Map.entry("f", 1L));
    List<String> lines =
        new Report(counts(errors), Duration.ofSeconds(150))
            .summary(RunStatus.COMPLETED, new Reading(9, true, 1_500, 0), Optional.empty());
    assertEquals(
        "millrace: 1,500 done in 2 min 30 s (10.0/s): 1,400 ok, 100 failed, 7 retries",
        lines.getFirst());
    assertEquals("  status: 200 x 1,400, 404 x 100", lines.get(1));
    assertEquals("  94 x status 404", lines.get(2));
    assertEquals("  and 1 other kinds of errors", lines.getLast());
    assertEquals(8, lines.size());
  }

  @Test
  void aRunThatWasCutShortSaysWhatWasNotRun() {
    Report report = new Report(counts(List.of()), Duration.ofSeconds(3));
    assertEquals(
        "  interrupted: 3 cut off, 20 not started, 7 blank or comments, nothing read after line 1,530",
        report
            .summary(RunStatus.CANCELLED, new Reading(1_530, false, 1_523, 7), Optional.empty())
            .getLast());
    assertEquals(
        "  stopped by --run-timeout: 3 cut off, 20 not started",
        report
            .summary(RunStatus.TIMED_OUT, new Reading(1_523, true, 1_523, 0), Optional.empty())
            .getLast());
  }

  @Test
  void whatAServerSaysDoesNotSteerTheTerminal() {
    Report report =
        new Report(
            counts(List.of(Map.entry("\u001b[2J\r\n" + "x".repeat(500), 1L))),
            Duration.ofSeconds(3));
    String line =
        report
            .summary(RunStatus.COMPLETED, new Reading(1, true, 1_500, 0), Optional.empty())
            .getLast();
    assertFalse(line.chars().anyMatch(Character::isISOControl), line);
    assertTrue(line.length() < 150, line);
  }
}
