package io.millrace.spark;

import io.millrace.Monitor;
import io.millrace.Parallel;
import io.millrace.outcome.FailureReport;
import io.millrace.outcome.Snapshot;
import io.millrace.outcome.WaitCause;
import io.millrace.outcome.Wording;
import io.millrace.spark.WorkerReport.TaskPlace;
import java.lang.ref.WeakReference;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Watches the runs of this JVM whose jobs report to the same monitor of the driver. It lasts as long as one of them, or one of
 * their tasks, does. Thread-safe.
 */
final class WorkerMonitor {
  /* By the number of the accumulator that brings its reports to the driver. */
  private static final ConcurrentMap<Long, WeakReference<WorkerMonitor>> KNOWN =
      new ConcurrentHashMap<>();
  private static final AtomicLong GENERATIONS = new AtomicLong();

  private final long generation = GENERATIONS.getAndIncrement();
  private final Wording wording;
  private final Monitor monitor;
  private final AtomicLong looks = new AtomicLong();
  private final AtomicInteger tasks = new AtomicInteger();
  private final Set<WorkerEngine<?, ?, ?>> engines = ConcurrentHashMap.newKeySet();

  private WorkerMonitor(Wording wording) {
    this.wording = wording;
    this.monitor = Monitor.of(wording);
  }

  /** The one that is there, or else a new one. */
  static WorkerMonitor of(long accumulator, Wording wording) {
    for (; ; ) {
      WeakReference<WorkerMonitor> known = KNOWN.get(accumulator);
      WorkerMonitor there = known == null ? null : known.get();
      if (there != null) {
        return there;
      }
      KNOWN.values().removeIf(each -> each.refersTo(null));
      WorkerMonitor made = new WorkerMonitor(wording);
      if (KNOWN.putIfAbsent(accumulator, new WeakReference<>(made)) == null) {
        return made;
      }
    }
  }

  Wording wording() {
    return wording;
  }

  /** The same, watched by this. */
  Parallel watched(Parallel parallel) {
    return parallel.monitor(monitor);
  }

  /** A run begins. */
  void begins(WorkerEngine<?, ?, ?> engine) {
    engines.add(engine);
  }

  /** A run is over. */
  void ends(WorkerEngine<?, ?, ?> engine) {
    engines.remove(engine);
  }

  void taskBegins() {
    tasks.incrementAndGet();
  }

  void taskEnds() {
    tasks.decrementAndGet();
  }

  /** What there is to say now. */
  WorkerReport report(TaskPlace task, boolean isLast, SentSnapshot items) {
    long number = looks.getAndIncrement(); // before it looks: a later number has looked later
    boolean isBusy = tasks.get() > 0;
    return new WorkerReport(
        task, isLast, items, generation, number, isBusy, new SentSnapshot(work()));
  }

  /* Without the items, which their tasks count: what is done in vain is no outcome. */
  private Snapshot work() {
    Snapshot now = monitor.snapshot();
    int readers = 0; // each counts as a worker of its run
    long queued = 0;
    for (WorkerEngine<?, ?, ?> engine : engines) {
      readers += engine.isAwaitingRows() ? 1 : 0;
      queued += engine.queued();
    }
    Map<WaitCause, Long> waiting = new EnumMap<>(now.waiting());
    waiting.merge(WaitCause.SLOT, queued, Long::sum);
    return new Snapshot(
        now.runs(),
        0,
        OptionalLong.empty(),
        0,
        0,
        0,
        0,
        Math.max(0, now.running() - readers),
        now.slots(),
        waiting,
        now.retries(),
        now.pauses(),
        now.paused(),
        now.returned(),
        now.threw(),
        new FailureReport(List.of(), 0));
  }
}
