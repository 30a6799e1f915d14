package io.millrace.spark;

import java.util.Iterator;
import org.apache.spark.TaskContext;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.util.TaskCompletionListener;
import org.jspecify.annotations.Nullable;

/**
 * What Spark calls for each partition, on a worker.
 *
 * @param counts where the outcomes are counted; null for nowhere
 */
record PartitionTask<T extends @Nullable Object, R extends @Nullable Object>(
    Job<?, T, R> job, @Nullable CallCounts counts)
    implements MapPartitionsFunction<T, SparkOutcome<T, R>>,
        FlatMapFunction<Iterator<T>, SparkOutcome<T, R>> {

  @Override
  public Iterator<SparkOutcome<T, R>> call(Iterator<T> items) {
    TaskContext task = TaskContext.get();
    WorkerReports reports = job.reports();
    TaskFigures figures = reports == null ? null : reports.of(task);
    Iterator<T> rows = figures == null ? items : figures.reading(items);
    PartitionOutcomes<T, R> outcomes = PartitionOutcomes.open(job, rows, task::isInterrupted);
    TaskCompletionListener leaving = _ -> outcomes.close();
    task.addTaskCompletionListener(leaving);
    int partition = task.partitionId();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return outcomes.hasNext();
      }

      @Override
      public SparkOutcome<T, R> next() {
        Entry<T, R> entry = outcomes.next();
        SparkOutcome<T, R> row = entry.toRow(partition);
        if (counts != null) {
          counts.add(row);
        }
        if (figures != null) {
          figures.handOut(entry, row);
        }
        return row;
      }
    };
  }
}
