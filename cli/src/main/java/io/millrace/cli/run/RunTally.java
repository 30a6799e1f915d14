package io.millrace.cli.run;

import io.millrace.outcome.RunStatus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Counts what came of items, and says it. Thread-safe: one thread counts, another one shows progress. */
final class RunTally {
  private static final int MOST_KINDS = 1_000;
  private static final int KINDS_SHOWN = 5;
  private static final int LONGEST_KIND = 120;

  private final long startNanos = System.nanoTime();

  /* Guarded by this. */
  private final Map<String, Kind> kinds = new HashMap<>();
  private long ok;
  private long restored;
  private long failed;
  private long retries;
  private long cutOff;

  /* Items that failed alike. */
  private record Kind(String error, long first, long count) {
    Kind plus(Kind more) {
      return new Kind(error, Math.min(first, more.first), count + more.count);
    }
  }

  synchronized void add(ItemResult result) {
    if (result.state() != ItemResult.State.RESTORED) {
      retries += Math.max(0, result.attempts() - 1);
    }
    switch (result.state()) {
      case OK -> ok++;
      case RESTORED -> restored++;
      case FAILED, MALFORMED -> {
        failed++;
        String error = result.error().orElse("");
        String kind =
            kinds.containsKey(error) || kinds.size() < MOST_KINDS ? error : "other errors";
        kinds.merge(kind, new Kind(kind, result.item().number(), 1), Kind::plus);
      }
      case CUT_OFF -> cutOff++;
      case NOT_STARTED -> {
        // what was read says how many
      }
    }
  }

  synchronized long failures() {
    return failed;
  }

  /** One line while the run goes on. */
  synchronized String progress(int running) {
    return String.format(
        Locale.ROOT,
        "%,d done%s, %,d failed, %,d retries, %,d running, %s",
        done(),
        fromBefore(),
        failed,
        retries,
        running,
        rate());
  }

  /**
   * The lines at the end.
   *
   * @param isBroken whether the checkpoint has ended it
   */
  synchronized List<String> summary(
      RunStatus status, ItemSource.Reading reading, boolean isBroken) {
    List<String> lines = new ArrayList<>();
    lines.add(
        String.format(
            Locale.ROOT,
            "millrace: %,d done%s in %s: %,d ok, %,d failed, %,d retries",
            done(),
            fromBefore(),
            rate(),
            ok + restored,
            failed,
            retries));
    kinds.values().stream()
        .sorted(Comparator.comparingLong((Kind kind) -> -kind.count).thenComparingLong(Kind::first))
        .limit(KINDS_SHOWN)
        .map(RunTally::shown)
        .forEach(lines::add);
    if (kinds.size() > KINDS_SHOWN) {
      lines.add("  and " + (kinds.size() - KINDS_SHOWN) + " other kinds of errors");
    }
    if (status != RunStatus.COMPLETED) {
      long notStarted = reading.items() - done() - cutOff;
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s: %,d cut off, %,d not started%s",
              isBroken ? "stopped by the checkpoint" : why(status),
              cutOff,
              notStarted,
              reading.isExhausted()
                  ? ""
                  : String.format(Locale.ROOT, ", nothing read after item %,d", reading.items())));
    }
    return lines;
  }

  private long done() {
    return ok + restored + failed;
  }

  private String fromBefore() {
    return restored == 0 ? "" : String.format(Locale.ROOT, " (%,d restored)", restored);
  }

  private static String shown(Kind kind) {
    String text = kind.error.replaceAll("[\\p{C}\\p{Zl}\\p{Zp}]", "?");
    String cut = text.length() <= LONGEST_KIND ? text : text.substring(0, LONGEST_KIND) + " ...";
    String first = kind.count == 1 ? "item" : "first item";
    return String.format(Locale.ROOT, "  %,d x %s (%s %,d)", kind.count, cut, first, kind.first);
  }

  private static String why(RunStatus status) {
    return switch (status) {
      case TIMED_OUT -> "stopped by --run-timeout";
      case CALLS_SPENT, COST_SPENT -> "stopped by a budget";
      case ABORTED -> "stopped by --max-failures or --fail-rate";
      case FATAL_ERROR -> "stopped by an error";
      case CANCELLED, RUNNING, COMPLETED -> "interrupted";
    };
  }

  private String rate() {
    Duration elapsed = Duration.ofNanos(System.nanoTime() - startNanos);
    double seconds = Math.max(elapsed.toNanos() / 1e9, 1e-3);
    long minutes = elapsed.toMinutes();
    String time =
        minutes == 0
            ? String.format(Locale.ROOT, "%.1f s", seconds)
            : String.format(
                Locale.ROOT, "%d min %.0f s", minutes, Math.floor(seconds - 60.0 * minutes));
    return String.format(Locale.ROOT, "%s (%,.1f/s)", time, (ok + failed) / seconds);
  }
}
