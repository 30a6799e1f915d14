package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.GROWTH;
import static io.millrace.bench.report.Metric.LIVE;
import static io.millrace.bench.report.Metric.NANOS;
import static io.millrace.bench.report.Metric.RESTORED;

import io.millrace.Parallel;
import io.millrace.bench.peer.Directories;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import io.millrace.checkpoint.Checkpoint;
import io.millrace.checkpoint.CheckpointName;
import io.millrace.checkpoint.Codec;
import io.millrace.checkpoint.jdbc.JdbcStore;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** So many items with a checkpoint through a heap that could hold a small part of them: all stored, then all restored. */
record CheckpointedMany() implements Workload {
  private static final int CONCURRENCY = 100;
  private static final int CHECKS = 10;
  private static final double MB = 1 << 20;

  @Override
  public String name() {
    return "checkpoint.many";
  }

  @Override
  public String title() {
    return "Generated items under -Xmx96m at concurrency 100, with a checkpoint: stored, then restored";
  }

  @Override
  public int rounds(Effort effort) {
    return 1;
  }

  @Override
  public List<String> jvmOptions() {
    return List.of("-Xmx96m", "--enable-native-access=ALL-UNNAMED");
  }

  @Override
  public Field field(Effort effort) {
    int items = effort.pick(1_000_000, 10_000_000);
    return new Field(new Entry(MILLRACE, () -> sample(items / 20), () -> sample(items)), List.of());
  }

  private static Sample sample(int items) throws Exception {
    Path directory = Directories.create();
    try {
      Checkpoint checkpoint =
          Checkpoint.of(
              JdbcStore.file(directory.resolve("run")),
              CheckpointName.of("many", "1"),
              Codec.text());
      Parallel parallel = Parallel.of(CONCURRENCY).checkpoint(checkpoint).unordered();
      LiveHeap storing = new LiveHeap(items / CHECKS);
      double nanos = pass(parallel, items, storing, false);
      LiveHeap restoring = new LiveHeap(items / CHECKS);
      double again = pass(parallel, items, restoring, true);
      return Sample.of(NANOS, nanos)
          .and(RESTORED, again)
          .and(LIVE, Math.max(storing.most(), restoring.most()) / MB)
          .and(GROWTH, Math.max(storing.growth(), restoring.growth()) / MB);
    } finally {
      Directories.delete(directory);
    }
  }

  private static double pass(Parallel parallel, int items, LiveHeap live, boolean isRestored) {
    long start = System.nanoTime();
    Iterable<Integer> numbers = () -> IntStream.range(0, items).iterator();
    try (var outcomes = parallel.stream(numbers, item -> "value " + item)) {
      outcomes.forEach(
          outcome -> {
            if (outcome.restored() != isRestored
                || !outcome.value().endsWith(" " + outcome.item())) {
              throw new IllegalStateException("wrong: " + outcome);
            }
            live.passed();
          });
    }
    if (live.count() != items) {
      throw new IllegalStateException("of " + items + " items came " + live.count());
    }
    return (double) (System.nanoTime() - start) / items;
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(Target.atMost(name() + ".growth.mb", figures.median(MILLRACE, GROWTH), 2));
  }
}
