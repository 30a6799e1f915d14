package io.millrace.spark;

import io.millrace.engine.watch.Causes;
import io.millrace.engine.watch.Words;
import io.millrace.outcome.Details;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Latencies;
import io.millrace.outcome.Snapshot;
import io.millrace.spark.WorkerReport.TaskPlace;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** What a task has read and handed to Spark. Counted by the task; asked by Spark's heartbeats, and at its end. */
final class TaskFigures {
  private final TaskPlace place;
  private final WorkerMonitor worker;
  private final AtomicLong read = new AtomicLong();
  private final AtomicLong done = new AtomicLong();
  private final AtomicLong restored = new AtomicLong();
  private final Causes causes = new Causes();
  private volatile boolean isOver;

  /** A task begins; whoever made this {@link #end}s it. */
  TaskFigures(TaskPlace place, WorkerMonitor worker) {
    this.place = place;
    this.worker = worker;
    worker.taskBegins();
  }

  /** The items, which are counted as they are read. */
  <T extends @Nullable Object> Iterator<T> reading(Iterator<T> items) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public T next() {
        T item = items.next();
        read.incrementAndGet();
        return item;
      }
    };
  }

  /** Spark gets this row. */
  void handOut(Entry<?, ?> entry, SparkOutcome<?, ?> row) {
    done.incrementAndGet(); // before the parts of it
    boolean isRestored = entry.stored() != null;
    if (isRestored) {
      restored.incrementAndGet();
    }
    Throwable error = entry.error();
    if (error != null) {
      String cause = Words.cause(worker.wording(), error);
      causes.count(cause, row.position(), causes.has(cause) ? "" : sample(row, isRestored));
    }
  }

  private String sample(SparkOutcome<?, ?> row, boolean isRestored) {
    long nanos = Duration.ofMillis(row.elapsedMillis()).toNanos();
    Details details = new Details(row.position(), row.key(), row.attempts(), nanos, isRestored);
    return Words.item(worker.wording(), row.item(), details);
  }

  void end() {
    isOver = true;
    worker.taskEnds();
  }

  /** What there is to say now. */
  WorkerReport report() {
    boolean isLast = isOver;
    return worker.report(place, isLast, new SentSnapshot(items(isLast)));
  }

  private Snapshot items(boolean isLast) {
    FailureReport failures = causes.report();
    long fromBefore = restored.get();
    long handedOut = done.get(); // after its parts
    long admitted = read.get();
    return new Snapshot(
        0,
        admitted,
        OptionalLong.empty(),
        handedOut,
        failures.failed(),
        fromBefore,
        isLast ? admitted - handedOut : 0,
        0,
        0,
        Map.of(),
        0,
        List.of(),
        Duration.ZERO,
        Latencies.NONE,
        Latencies.NONE,
        failures);
  }
}
