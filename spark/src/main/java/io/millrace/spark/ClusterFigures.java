package io.millrace.spark;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.engine.terms.ConfigAccess;
import io.millrace.engine.watch.Watch;
import io.millrace.outcome.Pause;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import io.millrace.outcome.Wording;
import io.millrace.spark.WorkerReport.TaskPlace;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.jspecify.annotations.Nullable;

/**
 * What a monitor of the driver sees of the workers of an application. The items are those that Spark has, each partition of a stage
 * once; everything else is what the workers have done, also in vain. Thread-safe: Spark's scheduler and its listeners tell it, and
 * whoever looks at the monitor asks.
 */
final class ClusterFigures implements Supplier<Snapshot> {
  private static final String NAME = "millrace";
  private static final int MOST_STAGES = 1_000;
  private static final Snapshot NONE = Monitor.of().snapshot();

  private final ReentrantLock lock = new ReentrantLock();

  /* All that follows is guarded by the lock. */
  private @Nullable WorkerReports reports;

  /* The items of partitions that are done, and which ones those are, of each stage that has told anything. */
  private Snapshot items = NONE;
  private final Map<Integer, BitSet> partitions = new LinkedHashMap<>();

  /* Tasks that run, of any stage; and what the last heartbeats of those that are watched have said, by partition. */
  private final Map<Long, TaskPlace> tasks = new HashMap<>();
  private final Map<Part, OfTask> running = new HashMap<>();

  private final Map<String, OfWorker> workers = new HashMap<>();
  private final Set<String> lost = new HashSet<>();
  private Snapshot workOfLost = NONE;

  private record Part(int stage, int partition) {
    Part(TaskPlace task) {
      this(task.stage(), task.partition());
    }
  }

  private record OfTask(long attempt, Snapshot items) {}

  /**
   * What a worker has done.
   *
   * @param before what earlier monitors of it have seen
   * @param last what was seen last, at this time
   */
  private record OfWorker(
      long generation, long number, boolean isBusy, Snapshot before, Snapshot last, long atNanos) {

    static OfWorker of(WorkerReport report, @Nullable OfWorker known) {
      Snapshot before =
          known == null
              ? NONE
              : known.generation == report.generation() ? known.before : known.whenOver();
      return new OfWorker(
          report.generation(),
          report.number(),
          report.isBusy(),
          before,
          report.work().snapshot(),
          System.nanoTime());
    }

    boolean isOlderThan(WorkerReport report) {
      return generation < report.generation()
          || (generation == report.generation() && number < report.number());
    }

    Snapshot whenBusy() {
      return inAll(with(last.runs(), last.running(), last.slots(), last.waiting(), age()));
    }

    Snapshot whenIdle() {
      return inAll(with(0, 0, 0, Map.of(), age()));
    }

    /* Pauses end with it. */
    Snapshot whenOver() {
      return inAll(with(0, 0, 0, Map.of(), ChronoUnit.FOREVER.getDuration()));
    }

    private Snapshot inAll(Snapshot now) {
      return before == NONE ? now : before.plus(now);
    }

    private Duration age() {
      return Duration.ofNanos(Math.max(0, System.nanoTime() - atNanos));
    }

    private Snapshot with(
        int runs, int busy, int slots, Map<WaitCause, Long> waiting, Duration age) {
      List<Pause> pauses =
          last.pauses().stream()
              .map(each -> new Pause(each.origin(), each.times(), rest(each.left(), age)))
              .toList();
      return new Snapshot(
          runs,
          last.admitted(),
          last.total(),
          last.done(),
          last.failed(),
          last.restored(),
          last.notRun(),
          busy,
          slots,
          waiting,
          last.retries(),
          pauses,
          last.paused(),
          last.returned(),
          last.threw(),
          last.failures());
    }

    private static Duration rest(Duration left, Duration age) {
      return left.compareTo(age) > 0 ? left.minus(age) : Duration.ZERO;
    }
  }

  ClusterFigures() {}

  /** What the monitor keeps. */
  static Watch watchOf(Monitor monitor) {
    return Objects.requireNonNull(
        ConfigAccess.configOf(Parallel.of(1).monitor(monitor)).watch, "the watch of a monitor");
  }

  /** The accumulator by which the workers of this application tell this monitor. */
  static WorkerReports reports(Watch watch, SparkContext context) {
    Supplier<Snapshot> figures =
        watch.elsewhere("spark " + context.applicationId(), new ClusterFigures());
    return ((ClusterFigures) figures).reports(context, watch.wording());
  }

  private WorkerReports reports(SparkContext context, Wording wording) {
    lock.lock();
    try {
      WorkerReports known = reports;
      if (known == null) {
        known = new WorkerReports(this, wording == Wording.PLAIN ? null : wording);
        context.register(known, NAME);
        context.addSparkListener(new WorkerNews(context, known.id(), this));
        reports = known;
      }
      return known;
    } finally {
      lock.unlock();
    }
  }

  // For Spark's scheduler

  /** A task has succeeded. Its partition may have been done before, if what came of that was lost with a worker. */
  void succeeded(WorkerReport report) {
    Snapshot ofTask = report.items().snapshot();
    lock.lock();
    try {
      Part part = new Part(report.task());
      running.remove(part);
      BitSet done = doneOf(part.stage);
      if (!done.get(part.partition)) {
        done.set(part.partition);
        items = items.plus(ofTask);
      }
      see(report);
    } finally {
      lock.unlock();
    }
  }

  private BitSet doneOf(int stage) {
    if (partitions.size() >= MOST_STAGES && !partitions.containsKey(stage)) {
      partitions.remove(partitions.keySet().iterator().next());
    }
    return partitions.computeIfAbsent(stage, _ -> new BitSet());
  }

  private void see(WorkerReport report) {
    String worker = report.task().worker();
    OfWorker known = workers.get(worker);
    if (!lost.contains(worker) && (known == null || known.isOlderThan(report))) {
      workers.put(worker, OfWorker.of(report, known));
    }
  }

  // For its listeners

  void begun(TaskPlace task) {
    lock.lock();
    try {
      tasks.put(task.attempt(), task);
    } finally {
      lock.unlock();
    }
  }

  /** A heartbeat says so. */
  void running(WorkerReport report) {
    Snapshot ofTask = report.items().snapshot();
    lock.lock();
    try {
      long attempt = report.task().attempt();
      Part part = new Part(report.task());
      OfTask other = running.get(part);
      if (tasks.containsKey(attempt)
          && !doneOf(part.stage).get(part.partition)
          && (other == null || other.attempt <= attempt)) {
        running.put(part, new OfTask(attempt, ofTask));
      }
      see(report);
    } finally {
      lock.unlock();
    }
  }

  /** However it ended: if it has succeeded, that was told before. */
  void ended(long attempt) {
    lock.lock();
    try {
      TaskPlace task = tasks.remove(attempt);
      if (task != null) {
        running.computeIfPresent(
            new Part(task), (_, each) -> each.attempt == attempt ? null : each);
      }
    } finally {
      lock.unlock();
    }
  }

  void lost(String worker) {
    lock.lock();
    try {
      lost.add(worker);
      OfWorker known = workers.remove(worker);
      if (known != null) {
        workOfLost = workOfLost.plus(known.whenOver());
      }
    } finally {
      lock.unlock();
    }
  }

  void allLost() {
    lock.lock();
    try {
      tasks.clear();
      running.clear();
      Set.copyOf(workers.keySet()).forEach(this::lost);
    } finally {
      lock.unlock();
    }
  }

  // For whoever looks

  @Override
  public Snapshot get() {
    List<Snapshot> parts = new ArrayList<>();
    lock.lock();
    try {
      parts.add(items);
      parts.add(workOfLost);
      running.values().forEach(each -> parts.add(each.items));
      Set<String> busy = busyWorkers();
      workers.forEach(
          (worker, each) ->
              parts.add(each.isBusy && busy.contains(worker) ? each.whenBusy() : each.whenIdle()));
    } finally {
      lock.unlock();
    }
    return parts.stream().reduce(NONE, Snapshot::plus);
  }

  /* Those that have tasks of stages that are watched: what others do says nothing. */
  private Set<String> busyWorkers() {
    return tasks.values().stream()
        .filter(task -> partitions.containsKey(task.stage()))
        .map(TaskPlace::worker)
        .collect(Collectors.toSet());
  }

  /** In short, of what is done. */
  String text() {
    lock.lock();
    try {
      return text(items);
    } finally {
      lock.unlock();
    }
  }

  static String text(Snapshot items) {
    return String.format(Locale.ROOT, "%,d done, %,d failed", items.done(), items.failed());
  }
}
