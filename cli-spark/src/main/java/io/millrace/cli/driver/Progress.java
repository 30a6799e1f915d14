package io.millrace.cli.driver;

import io.millrace.Monitor;
import io.millrace.cli.console.Line;
import io.millrace.cli.console.Line.Part;
import io.millrace.cli.driver.Counts.Count;
import io.millrace.cli.watch.Standing;
import io.millrace.cli.watch.StatusLine;
import io.millrace.cli.watch.Times;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;
import scala.jdk.javaapi.CollectionConverters;

/** How far the workers are: what their heartbeats say of tasks that run, and what those that have ended brought along. Thread-safe. */
final class Progress extends SparkListener {
  private final long total;
  private final Monitor monitor;
  private final StatusLine status = new StatusLine();
  private final long startNanos = System.nanoTime();

  /* Guarded by this. */
  private final SortedMap<String, Count> ended = new TreeMap<>();
  private final Set<Place> done = new HashSet<>();
  private final Map<Long, OfTask> running = new HashMap<>();

  /** A partition of a stage: it counts once, however often its task is done. */
  private record Place(int stage, int partition) {}

  private record OfTask(String worker, Place place, Count count) {
    OfTask furthest(OfTask other) {
      return count.done() < other.count.done() ? other : this;
    }
  }

  /** Of so many lines; the monitor sees what the workers do. */
  Progress(long total, Monitor monitor) {
    this.total = total;
    this.monitor = monitor;
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    TaskInfo task = start.taskInfo();
    Place place = new Place(start.stageId(), task.partitionId());
    running.put(task.taskId(), new OfTask(task.executorId(), place, Count.NONE));
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    CollectionConverters.asJava(update.accumUpdates())
        .forEach(
            each -> {
              Count count = count(CollectionConverters.asJava(each._4()));
              running.computeIfPresent(
                  (Long) each._1(), (_, task) -> new OfTask(task.worker, task.place, count));
            });
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    OfTask task = running.remove(end.taskInfo().taskId());
    if (task != null && end.taskInfo().successful() && done.add(task.place)) {
      Count count = count(CollectionConverters.asJava(end.taskInfo().accumulables()));
      ended.merge(task.worker, count, Count::and);
    }
  }

  private static Count count(Iterable<AccumulableInfo> all) {
    Map<String, Long> values = new HashMap<>();
    for (AccumulableInfo each : all) {
      if (each.name().isDefined()
          && each.update().isDefined()
          && each.update().get() instanceof Long value) {
        values.put(each.name().get(), value);
      }
    }
    return new Count(
        values.getOrDefault(Counts.OK, 0L),
        values.getOrDefault(Counts.FAILED, 0L),
        values.getOrDefault(Counts.RETRIES, 0L));
  }

  Duration elapsed() {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  /** The line of now; for one thread. */
  Line line() {
    SortedMap<String, Count> workers = workers();
    Count all = workers.values().stream().reduce(Count.NONE, Count::and);
    Standing standing =
        new Standing(
            all.done(),
            all.failed(),
            0,
            total,
            OptionalLong.of(total),
            all.retries(),
            monitor.snapshot(),
            elapsed());
    List<Part> parts = new ArrayList<>(status.next(standing).parts());
    if (workers.size() > 1) {
      parts.add(
          Part.of(
              5,
              workers.size()
                  + " workers: "
                  + workers.values().stream()
                      .map(each -> Times.count(each.done()))
                      .collect(Collectors.joining(" + "))));
    }
    return new Line(parts);
  }

  private synchronized SortedMap<String, Count> workers() {
    SortedMap<String, Count> workers = new TreeMap<>(ended);
    Map<Place, OfTask> furthest = new HashMap<>();
    running.values().forEach(each -> furthest.merge(each.place, each, OfTask::furthest));
    furthest.keySet().removeAll(done);
    furthest.values().forEach(each -> workers.merge(each.worker, each.count, Count::and));
    return workers;
  }
}
