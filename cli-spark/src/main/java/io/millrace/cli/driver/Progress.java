package io.millrace.cli.driver;

import io.millrace.cli.console.Line;
import io.millrace.cli.console.Line.Look;
import io.millrace.cli.console.Line.Part;
import io.millrace.cli.driver.Counts.Count;
import io.millrace.cli.watch.Times;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

/** How far the workers are: what their heartbeats say of tasks that run, and what those that have ended brought along. Thread-safe. */
final class Progress extends SparkListener {
  private static final double NOW_SECONDS = 5;

  private final long total;
  private final long startNanos = System.nanoTime();

  /* Guarded by this. */
  private final SortedMap<String, Count> ended = new TreeMap<>();
  private final Map<Long, OfTask> running = new HashMap<>();
  private final Deque<Mark> marks = new ArrayDeque<>();

  private record OfTask(String worker, Count count) {}

  private record Mark(double seconds, long done) {}

  Progress(long total) {
    this.total = total;
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    CollectionConverters.asJava(update.accumUpdates())
        .forEach(
            each -> {
              Count count = count(CollectionConverters.asJava(each._4()));
              running.put((Long) each._1(), new OfTask(update.execId(), count));
            });
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    running.remove(end.taskInfo().taskId());
    if (end.taskInfo().successful()) {
      Count count = count(CollectionConverters.asJava(end.taskInfo().accumulables()));
      ended.merge(end.taskInfo().executorId(), count, Count::and);
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

  /** The line of now. */
  synchronized Line line() {
    SortedMap<String, Count> workers = new TreeMap<>(ended);
    running.values().forEach(each -> workers.merge(each.worker(), each.count(), Count::and));
    Count all = workers.values().stream().reduce(Count.NONE, Count::and);
    double rate = rate(all.done());
    List<Part> parts = new ArrayList<>();
    long percent = total == 0 ? 100 : Math.min(100, 100 * all.done() / total);
    parts.add(
        Part.of(0, Times.count(all.done()) + "/" + Times.count(total) + " " + percent + " %"));
    parts.add(Part.of(3, Times.rate(rate)));
    if (all.failed() > 0) {
      parts.add(new Part(1, Times.count(all.failed()) + " failed", Look.FAILURE));
    }
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
    if (all.retries() > 0) {
      parts.add(Part.of(8, Times.count(all.retries()) + " retries"));
    }
    parts.add(Part.of(9, Times.inAll(elapsed())));
    if (rate > 0) {
      Duration left = Duration.ofMillis((long) (1000 * Math.min((total - all.done()) / rate, 1e9)));
      parts.add(Part.of(4, "ETA " + Times.left(left)));
    }
    return new Line(parts);
  }

  private double rate(long done) {
    double seconds = Math.max(elapsed().toNanos() / 1e9, 1e-3);
    marks.addLast(new Mark(seconds, done));
    while (marks.size() > 2 && seconds - marks.getFirst().seconds() > NOW_SECONDS) {
      marks.removeFirst();
    }
    Mark first = marks.getFirst();
    double passed = seconds - first.seconds();
    return passed < 0.5 ? done / seconds : (done - first.done()) / passed;
  }
}
