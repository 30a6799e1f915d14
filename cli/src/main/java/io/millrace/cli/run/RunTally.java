package io.millrace.cli.run;

import io.millrace.cli.console.EndReason;
import io.millrace.cli.watch.Standing;
import io.millrace.cli.watch.Times;
import io.millrace.outcome.RunStatus;
import io.millrace.outcome.Snapshot;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/** Counts what came of items, and says it. Thread-safe: one thread counts, another one shows progress. */
final class RunTally {
  private final long startNanos = System.nanoTime();

  /* Guarded by this. */
  private long ok;
  private long restored;
  private long failed;
  private long retries;
  private long cutOff;

  synchronized void add(ItemResult result) {
    if (result.state() != ItemResult.State.RESTORED) {
      retries += Math.max(0, result.attempts() - 1);
    }
    switch (result.state()) {
      case OK -> ok++;
      case RESTORED -> restored++;
      case FAILED, MALFORMED -> failed++;
      case CUT_OFF -> cutOff++;
      case NOT_STARTED -> {
        // what was read says how many
      }
    }
  }

  synchronized long failures() {
    return failed;
  }

  /**
   * How far the run is.
   *
   * @param snapshot what its monitor says
   */
  synchronized Standing standing(ItemSource.Reading reading, Snapshot snapshot) {
    return new Standing(
        done(),
        failed,
        restored,
        reading.items(),
        reading.isExhausted() ? OptionalLong.of(reading.items()) : OptionalLong.empty(),
        snapshot,
        elapsed());
  }

  /**
   * The lines at the end.
   *
   * @param isBroken whether the checkpoint has ended it
   */
  synchronized List<String> summary(
      RunStatus status, EndReason end, ItemSource.Reading reading, boolean isBroken) {
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
    if (status != RunStatus.COMPLETED) {
      long notStarted = reading.items() - done() - cutOff;
      lines.add(
          String.format(
              Locale.ROOT,
              "  %s: %,d cut off, %,d not started%s",
              end.ofRun(status, isBroken),
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

  private Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private String rate() {
    Duration elapsed = elapsed();
    double seconds = Math.max(elapsed.toNanos() / 1e9, 1e-3);
    return String.format(
        Locale.ROOT, "%s (%,.1f/s)", Times.inAll(elapsed), (ok + failed) / seconds);
  }
}
