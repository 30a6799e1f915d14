package io.millrace;

import io.millrace.engine.watch.Watch;
import io.millrace.outcome.MonitorEvent;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.Wording;
import java.util.Objects;
import java.util.function.Consumer;

/**
 * Observes runs while they go on: how many items are done, how many wait and for what, which pauses hold, how long
 * attempts take, what fails and why. It watches every run of each {@link Parallel} that it was given to, including
 * those of executors and groups, and adds their figures up; with {@code SparkParallel.monitor}, also what the workers of a
 * cluster do. To tell runs apart, give each of them a monitor of its own.
 *
 * {@snippet file="io/millrace/examples/documentation/MonitorTest.java" region="monitor"}
 *
 * <p>A run without a monitor spends nothing on it. With one, a worker counts the time of each attempt, which takes
 * some nanoseconds; {@link #snapshot} reads everything else that is frequent from the runs. The memory is bounded:
 * counts of times, at most {@link io.millrace.outcome.FailureReport#MOST_CAUSES} causes of failures with one name of
 * an item each, and the latest 32 origins of pauses. A monitor does not keep the runs.
 *
 * <p>Thread-safe. Null arguments are refused with a {@link NullPointerException}.
 */
public final class Monitor {
  final Watch watch;

  private Monitor(Watch watch) {
    this.watch = watch;
  }

  /** A monitor that has seen nothing yet, with {@link Wording#PLAIN}. */
  public static Monitor of() {
    return of(Wording.PLAIN);
  }

  /** A monitor that has seen nothing yet, with a wording for the names of causes, items and pauses. */
  public static Monitor of(Wording wording) {
    Objects.requireNonNull(wording, "wording");
    return new Monitor(new Watch(wording, null));
  }

  /**
   * As {@link #of(Wording)}, with a listener that hears of each event. It is called as that of {@link
   * Parallel#onAttempt} is: by the workers, several at once, and what it throws ends the run. It makes each item cost more
   * than a monitor alone does.
   */
  public static Monitor of(Wording wording, Consumer<? super MonitorEvent> listener) {
    Objects.requireNonNull(wording, "wording");
    Objects.requireNonNull(listener, "listener");
    return new Monitor(new Watch(wording, listener));
  }

  /**
   * What it has seen up to now. The figures of one run are of the same moment. Cheap items count a little late, up to
   * some hundred at a time. Never blocks for long; asks the clock of the runs.
   */
  public Snapshot snapshot() {
    return watch.snapshot();
  }

  @Override
  public String toString() {
    Snapshot now = snapshot();
    return "Monitor[" + now.done() + " done, " + now.failed() + " failed]";
  }
}
