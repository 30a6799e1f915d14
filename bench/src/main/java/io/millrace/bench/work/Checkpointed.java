package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.HELD;
import static io.millrace.bench.report.Metric.NANOS;
import static io.millrace.bench.report.Metric.RESTORED;

import io.millrace.bench.peer.Directories;
import io.millrace.bench.peer.Keeper;
import io.millrace.bench.peer.Keepers;
import io.millrace.bench.peer.Kept;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** Items that do nothing, with results that survive a loss of power. The files lie in the working directory's {@code bench/target}. */
record Checkpointed(int concurrency) implements Workload {
  private static final int WARM_UP = 20_000;
  private static final int BYTES = 256;

  @Override
  public String name() {
    return "checkpoint." + concurrency;
  }

  @Override
  public String title() {
    return "Items that do nothing, at concurrency %,d; each result, of %d bytes, is kept"
        .formatted(concurrency, BYTES);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(1, 3);
  }

  @Override
  public List<String> jvmOptions() {
    return List.of("-Xms1g", "-Xmx1g", "--enable-native-access=ALL-UNNAMED");
  }

  @Override
  public Field field(Effort effort) {
    int items = effort.pick(100_000, 200_000);
    return new Field(
        entry(Keepers.millrace(), items),
        Keepers.others().stream().map(each -> entry(each, items)).toList());
  }

  private Entry entry(Keeper keeper, int items) {
    return new Entry(
        keeper.name(),
        () -> sample(keeper, keeper.most(WARM_UP)),
        () -> sample(keeper, keeper.most(items)));
  }

  private Sample sample(Keeper keeper, int items) throws Exception {
    byte[] value = new byte[BYTES];
    new Random(items).nextBytes(value);
    Path directory = Directories.create();
    try {
      Kept kept = keeper.measure(directory, items, concurrency, value);
      return Sample.of(NANOS, kept.nanos())
          .and(HELD, kept.heldMillis())
          .and(RESTORED, kept.restoredNanos());
    } finally {
      Directories.delete(directory);
    }
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(
        Target.atMost(name() + ".ns", figures.median(MILLRACE, NANOS), 8_000),
        Target.atMost(name() + ".held.ms", figures.median(MILLRACE, HELD), 5),
        Target.atMost(name() + ".restored.ns", figures.median(MILLRACE, RESTORED), 2_000));
  }
}
