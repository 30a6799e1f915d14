package io.millrace.cli.watch;

import io.millrace.outcome.Snapshot;
import java.time.Duration;
import java.util.OptionalLong;

/**
 * How far the run of a command is.
 *
 * @param done what has its result, succeeded or failed
 * @param failed how much of that failed
 * @param restored how much of what is done an earlier run has done
 * @param read what was read of the input
 * @param total all there is to do, if that is known
 * @param retries attempts that repeated another one
 * @param snapshot what the monitor of its run says
 * @param elapsed since the start
 */
public record Standing(
    long done,
    long failed,
    long restored,
    long read,
    OptionalLong total,
    long retries,
    Snapshot snapshot,
    Duration elapsed) {

  /** With the retries of the monitor. */
  public Standing(
      long done,
      long failed,
      long restored,
      long read,
      OptionalLong total,
      Snapshot snapshot,
      Duration elapsed) {
    this(done, failed, restored, read, total, snapshot.retries(), snapshot, elapsed);
  }

  /** Of a command each of whose items is an item of its run. */
  public static Standing of(Snapshot snapshot, Duration elapsed) {
    return new Standing(
        snapshot.done(),
        snapshot.failed(),
        snapshot.restored(),
        snapshot.admitted(),
        snapshot.total(),
        snapshot,
        elapsed);
  }

  /** What this run has done itself: rates are of that. */
  long doneNow() {
    return done - restored;
  }

  double seconds() {
    return Math.max(elapsed.toNanos() / 1e9, 1e-3);
  }
}
