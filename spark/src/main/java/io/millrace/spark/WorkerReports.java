package io.millrace.spark;

import io.millrace.outcome.Wording;
import io.millrace.spark.WorkerReport.TaskPlace;
import java.io.IOException;
import java.io.ObjectOutputStream;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.util.AccumulatorV2;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * The accumulator that brings reports of workers to the driver. It is in three places: the driver has one, each task has one
 * that is asked for its report when Spark's heartbeat, or the end of the task, sends it, and what was sent has that report.
 */
final class WorkerReports extends AccumulatorV2<WorkerReport, Object> {
  private static final long serialVersionUID = 1;

  /* Null for the plain one. */
  @SuppressWarnings("serial") // it was tried on the driver
  private final @Nullable Wording wording;

  private final @Nullable WorkerReport report;

  /* On the driver only. */
  private final transient @Nullable ClusterFigures figures;

  /* In a task only: written by it before it reads its first item, read by heartbeats. */
  private transient volatile @Nullable TaskFigures task;

  /** On the driver. */
  WorkerReports(ClusterFigures figures, @Nullable Wording wording) {
    this(figures, wording, null);
  }

  private WorkerReports(
      @Nullable ClusterFigures figures, @Nullable Wording wording, @Nullable WorkerReport report) {
    this.figures = figures;
    this.wording = wording;
    this.report = report;
  }

  // In a task

  WorkerMonitor monitor() {
    return WorkerMonitor.of(id(), wording == null ? Wording.PLAIN : wording);
  }

  /** What is counted of this task. It may have several steps that count. */
  TaskFigures of(TaskContext context) {
    TaskFigures known = task;
    if (known == null) {
      TaskPlace place =
          new TaskPlace(
              SparkEnv.get().executorId(),
              context.taskAttemptId(),
              context.stageId(),
              context.partitionId());
      TaskFigures begun = new TaskFigures(place, monitor());
      TaskCompletionListener ending = _ -> begun.end();
      context.addTaskCompletionListener(ending);
      task = begun;
      known = begun;
    }
    return known;
  }

  private void writeObject(ObjectOutputStream out) throws IOException {
    ObjectOutputStream.PutField fields = out.putFields();
    fields.put("wording", task == null ? wording : null);
    fields.put("report", reported());
    out.writeFields();
  }

  private @Nullable WorkerReport reported() {
    TaskFigures known = task;
    return known == null ? report : known.report();
  }

  // For Spark

  @Override
  public boolean isZero() {
    return task == null && report == null;
  }

  @Override
  public WorkerReports copy() {
    return new WorkerReports(null, wording, report);
  }

  /** Nothing is left of it: this is no sum, and what was merged is counted elsewhere. */
  @Override
  public WorkerReports copyAndReset() {
    return new WorkerReports(null, wording, null);
  }

  @Override
  public void reset() {
    // as above
  }

  @Override
  public void add(WorkerReport added) {
    throw new UnsupportedOperationException("tasks are asked for their reports");
  }

  /** On the driver: a task has succeeded. */
  @Override
  public void merge(AccumulatorV2<WorkerReport, Object> other) {
    WorkerReport last = other instanceof WorkerReports sent ? sent.reported() : null;
    ClusterFigures all = figures;
    if (last != null && all != null) {
      all.succeeded(last);
    }
  }

  /** The report of a task that goes on, for {@link WorkerNews}; otherwise a text, for the pages of Spark, which keep it. */
  @Override
  public Object value() {
    ClusterFigures all = figures;
    if (all != null) {
      return all.text();
    }
    WorkerReport known = reported();
    if (known == null) {
      return "";
    }
    return known.isLast() ? ClusterFigures.text(known.items().snapshot()) : known;
  }
}
