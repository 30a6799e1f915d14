package io.millrace.cli.driver;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.millrace.Monitor;
import java.util.List;
import org.apache.spark.Success$;
import org.apache.spark.executor.ExecutorMetrics;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.scheduler.TaskLocality;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.Some;
import scala.Tuple4;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/** What Spark says of tasks, in a line. */
class ProgressTest {
  private static final int STAGE = 3;

  private final Progress progress = new Progress(100, Monitor.of());

  private TaskInfo begins(long id, int partition, String worker) {
    TaskInfo task =
        new TaskInfo(id, partition, 0, partition, 0, worker, "host", TaskLocality.ANY(), false);
    progress.onTaskStart(new SparkListenerTaskStart(STAGE, 0, task));
    return task;
  }

  private static Seq<AccumulableInfo> counts(long done) {
    AccumulableInfo ok =
        new AccumulableInfo(
            1,
            new Some<>(Counts.OK),
            new Some<>(done),
            Option.empty(),
            false,
            false,
            Option.empty());
    return CollectionConverters.asScala(List.of(ok)).toSeq();
  }

  private void tells(TaskInfo task, long done) {
    var said =
        new Tuple4<Object, Object, Object, Seq<AccumulableInfo>>(
            task.taskId(), STAGE, 0, counts(done));
    progress.onExecutorMetricsUpdate(
        new SparkListenerExecutorMetricsUpdate(
            task.executorId(),
            CollectionConverters.asScala(List.of(said)).toSeq(),
            scala.collection.immutable.Map$.MODULE$
                .<scala.Tuple2<Object, Object>, ExecutorMetrics>empty()));
  }

  private void succeeds(TaskInfo task, long done) {
    task.setAccumulables(counts(done));
    task.markFinished(org.apache.spark.TaskState.FINISHED(), 1);
    progress.onTaskEnd(
        new SparkListenerTaskEnd(
            STAGE, 0, "ResultTask", Success$.MODULE$, task, new ExecutorMetrics(), null));
  }

  private String done() {
    return progress.line().parts().getFirst().text();
  }

  @Test
  void aTaskThatSparkDoesTwiceCountsOnce() {
    TaskInfo first = begins(1, 0, "a");
    tells(first, 30);
    TaskInfo other = begins(2, 1, "a");
    tells(other, 10);
    assertEquals("40/100 40 %", done());
    TaskInfo second = begins(3, 0, "b");
    tells(second, 20);
    assertEquals("40/100 40 %", done(), "as far as the first");
    succeeds(second, 50);
    assertEquals("60/100 60 %", done());
    succeeds(first, 50);
    tells(first, 50);
    assertEquals("60/100 60 %", done(), "heard of too late");
  }
}
