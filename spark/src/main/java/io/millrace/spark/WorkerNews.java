package io.millrace.spark;

import io.millrace.spark.WorkerReport.TaskPlace;
import java.lang.ref.WeakReference;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerApplicationEnd;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerExecutorRemoved;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;
import scala.jdk.javaapi.CollectionConverters;

/** Tells what Spark says of its workers: which tasks run where, and what their heartbeats bring. Leaves when nobody listens any more. */
final class WorkerNews extends SparkListener {
  private final SparkContext context;
  private final long accumulator;
  private final WeakReference<ClusterFigures> figures;

  WorkerNews(SparkContext context, long accumulator, ClusterFigures figures) {
    this.context = context;
    this.accumulator = accumulator;
    this.figures = new WeakReference<>(figures);
  }

  private void tell(Consumer<ClusterFigures> news) {
    ClusterFigures there = figures.get();
    if (there == null) {
      context.removeSparkListener(this);
    } else {
      news.accept(there);
    }
  }

  @Override
  public void onTaskStart(SparkListenerTaskStart start) {
    TaskInfo task = start.taskInfo();
    tell(
        all ->
            all.begun(
                new TaskPlace(
                    task.executorId(), task.taskId(), start.stageId(), task.partitionId())));
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    tell(
        all ->
            CollectionConverters.asJava(update.accumUpdates())
                .forEach(
                    task ->
                        CollectionConverters.asJava(task._4()).forEach(each -> hear(all, each))));
  }

  private void hear(ClusterFigures all, AccumulableInfo each) {
    if (each.id() == accumulator
        && each.update().isDefined()
        && each.update().get() instanceof WorkerReport report) {
      all.running(report);
    }
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    tell(all -> all.ended(end.taskInfo().taskId()));
  }

  @Override
  public void onExecutorRemoved(SparkListenerExecutorRemoved removed) {
    tell(all -> all.lost(removed.executorId()));
  }

  @Override
  public void onApplicationEnd(SparkListenerApplicationEnd end) {
    tell(ClusterFigures::allLost);
  }
}
