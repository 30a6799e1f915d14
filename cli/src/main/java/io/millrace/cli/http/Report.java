package io.millrace.cli.http;

import io.millrace.cli.http.InputSource.Reading;
import io.millrace.cli.http.Tally.Counts;
import io.millrace.cli.watch.Times;
import io.millrace.outcome.RunStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What people read about a run: while it goes on, and at its end.
 *
 * @param elapsed since the start of the run
 */
record Report(Counts counts, Duration elapsed) {
  /**
   * The lines at the end.
   *
   * @param why it has ended early, if it has
   */
  List<String> summary(RunStatus status, String why, Reading reading) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "millrace: %,d done%s in %s (%s): %,d ok, %,d failed, %,d retries",
            counts.done(),
            restored(),
            Times.inAll(elapsed),
            rate(),
            counts.ok(),
            counts.failed(),
            counts.retries()));
    if (!counts.statuses().isEmpty()) {
      lines.add("  status: " + statuses());
    }
    if (status != RunStatus.COMPLETED) {
      lines.add(String.format(Locale.ROOT, "  %s: %s", why, notRun(reading)));
    }
    return lines;
  }

  private String restored() {
    return counts.restored() == 0
        ? ""
        : String.format(Locale.ROOT, " (%,d restored)", counts.restored());
  }

  private String statuses() {
    return counts.statuses().entrySet().stream()
        .map(each -> String.format(Locale.ROOT, "%d x %,d", each.getKey(), each.getValue()))
        .collect(Collectors.joining(", "));
  }

  /* Added up, what was done and what stands here gives the lines that were read. */
  private String notRun(Reading reading) {
    long notStarted = reading.handedOut() - counts.done() - counts.cutOff();
    String skipped =
        reading.skipped() == 0
            ? ""
            : String.format(Locale.ROOT, ", %,d blank or comments", reading.skipped());
    String rest =
        reading.exhausted()
            ? ""
            : String.format(Locale.ROOT, ", nothing read after line %,d", reading.lastLine());
    return String.format(Locale.ROOT, "%,d cut off, %,d not started", counts.cutOff(), notStarted)
        + skipped
        + rest;
  }

  private String rate() {
    double seconds = Math.max(elapsed.toNanos() / 1e9, 1e-3);
    return String.format(Locale.ROOT, "%,.1f/s", (counts.done() - counts.restored()) / seconds);
  }
}
