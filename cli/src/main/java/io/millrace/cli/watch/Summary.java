package io.millrace.cli.watch;

import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** What is said about times, pauses and failures at the end of a run. */
public final class Summary {
  private static final int CAUSES_SHOWN = 5;
  private static final int ORIGINS_SHOWN = 3;
  private static final int LONGEST_CAUSE = 120;

  private Summary() {}

  /**
   * The lines, each of which begins with two spaces.
   *
   * @param again the command that runs only what failed, if there is one
   */
  public static List<String> lines(Snapshot end, Optional<String> again) {
    List<String> lines = new ArrayList<>();
    if (end.returned().count() > 0) {
      lines.add("  latency: " + percentiles(end.returned()));
    }
    if (end.threw().count() > 0) {
      lines.add(
          "  failed attempts: "
              + Times.count(end.threw().count())
              + ", median "
              + Times.text(end.threw().percentile(50))
              + ", longest "
              + Times.text(end.threw().max()));
    }
    if (end.paused().isPositive()) {
      lines.add("  paused for " + Times.text(end.paused()) + ": " + origins(end.pauses()));
    }
    lines.addAll(failures(end.failures(), again));
    return lines;
  }

  private static String percentiles(Latencies latencies) {
    return "median "
        + Times.text(latencies.percentile(50))
        + ", 90 % "
        + Times.text(latencies.percentile(90))
        + ", 99 % "
        + Times.text(latencies.percentile(99))
        + ", longest "
        + Times.text(latencies.max());
  }

  private static String origins(List<Pause> pauses) {
    String shown =
        pauses.reversed().stream()
            .limit(ORIGINS_SHOWN)
            .map(pause -> Times.count(pause.times()) + " x " + cut(pause.origin()))
            .collect(Collectors.joining(", "));
    return pauses.size() <= ORIGINS_SHOWN ? shown : shown + ", and others";
  }

  private static List<String> failures(FailureReport report, Optional<String> again) {
    List<String> lines = new ArrayList<>();
    for (FailureGroup group : report.groups().stream().limit(CAUSES_SHOWN).toList()) {
      lines.add(
          "  "
              + Times.count(group.count())
              + " x "
              + cut(group.cause())
              + (group.count() == 1 ? ": " : ", the first: ")
              + cut(group.sample()));
    }
    long further = report.groups().stream().skip(CAUSES_SHOWN).count();
    if (further > 0 || report.others() > 0) {
      lines.add(
          "  and "
              + (report.others() > 0 ? "more than " : "")
              + further
              + " other kinds of errors");
    }
    if (report.failed() > 0) {
      // a word may have several lines
      again.ifPresent(command -> ("  only these again: " + command).lines().forEach(lines::add));
    }
    return lines;
  }

  private static String cut(String text) {
    return text.length() <= LONGEST_CAUSE ? text : text.substring(0, LONGEST_CAUSE) + " ...";
  }
}
