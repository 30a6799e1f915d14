package io.millrace.cli.watch;

import io.millrace.cli.console.Line;
import io.millrace.cli.console.Line.Look;
import io.millrace.cli.console.Line.Part;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The line that says how far a command is, what it waits for, and what went wrong. Used by one thread. */
public final class StatusLine {
  /** The rate of now is that of so long. */
  private static final double NOW_SECONDS = 5;

  private final Deque<Mark> marks = new ArrayDeque<>();

  private record Mark(double seconds, long done) {}

  /** The line of now. */
  public Line next(Standing standing) {
    double now = rateNow(standing);
    Snapshot snapshot = standing.snapshot();
    List<Part> parts = new ArrayList<>();
    parts.add(Part.of(0, done(standing)));
    parts.add(Part.of(3, Times.rate(now)));
    parts.add(Part.of(7, "average " + Times.rate(standing.doneNow() / standing.seconds())));
    if (standing.failed() > 0) {
      parts.add(new Part(1, Times.count(standing.failed()) + " failed", Look.FAILURE));
    }
    snapshot.pauses().stream()
        .filter(Pause::isHolding)
        .max(Comparator.comparing(Pause::left))
        .ifPresent(pause -> parts.add(new Part(2, paused(pause), Look.ATTENTION)));
    if (snapshot.slots() > 0) {
      parts.add(
          Part.of(5, Times.count(snapshot.running()) + " of " + snapshot.slots() + " running"));
    }
    String waiting = waiting(snapshot);
    if (!waiting.isEmpty()) {
      parts.add(Part.of(6, "waiting: " + waiting));
    }
    if (standing.retries() > 0) {
      parts.add(Part.of(8, Times.count(standing.retries()) + " retries"));
    }
    if (standing.restored() > 0) {
      parts.add(Part.of(8, Times.count(standing.restored()) + " restored"));
    }
    parts.add(Part.of(9, Times.passed(standing.elapsed())));
    if (standing.total().isPresent() && now > 0) {
      long left = Math.max(0, standing.total().getAsLong() - standing.done());
      Duration eta = Duration.ofMillis((long) (1000 * Math.min(left / now, 1e9)));
      parts.add(Part.of(4, "ETA " + Times.left(eta)));
    }
    return new Line(parts);
  }

  private static String done(Standing standing) {
    String done = Times.count(standing.done());
    if (standing.total().isEmpty()) {
      return done + " of " + Times.count(standing.read()) + " so far";
    }
    long total = standing.total().getAsLong();
    long percent = total == 0 ? 100 : Math.min(100, 100 * standing.done() / total);
    return done + "/" + Times.count(total) + " " + percent + " %";
  }

  private static String paused(Pause pause) {
    return "paused " + Times.left(pause.left()) + ": " + pause.origin();
  }

  private static String waiting(Snapshot snapshot) {
    return snapshot.waiting().entrySet().stream()
        .filter(each -> each.getValue() > 0)
        .sorted(Map.Entry.<WaitCause, Long>comparingByValue().reversed())
        .map(each -> Times.count(each.getValue()) + " " + text(each.getKey()))
        .collect(Collectors.joining(" + "));
  }

  static String text(WaitCause cause) {
    return switch (cause) {
      case SLOT -> "for a slot";
      case RATE -> "for the rate";
      case PAUSE -> "paused";
      case BACKOFF -> "to retry";
      case KEY -> "for their key";
      case SEMAPHORE -> "for a permit";
      case CHECKPOINT -> "for the checkpoint";
    };
  }

  private double rateNow(Standing standing) {
    double seconds = standing.seconds();
    marks.addLast(new Mark(seconds, standing.doneNow()));
    while (marks.size() > 2 && seconds - marks.getFirst().seconds > NOW_SECONDS) {
      marks.removeFirst();
    }
    Mark first = marks.getFirst();
    double passed = seconds - first.seconds;
    return passed < 0.5 ? standing.doneNow() / seconds : (standing.doneNow() - first.done) / passed;
  }
}
