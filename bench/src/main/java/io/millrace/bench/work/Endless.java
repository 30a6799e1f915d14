package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.GROWTH;
import static io.millrace.bench.report.Metric.LIVE;
import static io.millrace.bench.report.Metric.NANOS;

import io.millrace.bench.peer.Edition;
import io.millrace.bench.peer.Editions;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;

/** So many generated items through a heap that could hold a small part of them. */
record Endless() implements Workload {
  private static final int CONCURRENCY = 100;
  private static final int CHECKS = 10;
  private static final double MB = 1 << 20;

  @Override
  public String name() {
    return "endless";
  }

  @Override
  public String title() {
    return "Generated items streamed under -Xmx64m at concurrency 100";
  }

  @Override
  public int rounds(Effort effort) {
    return 1;
  }

  @Override
  public List<String> jvmOptions() {
    return List.of("-Xmx64m");
  }

  @Override
  public Field field(Effort effort) {
    int items = effort.pick(10_000_000, 100_000_000);
    return new Field(entry(MILLRACE, Editions.now(), items), List.of())
        .withBefore(before -> entry(BEFORE, before, items));
  }

  private static Entry entry(String name, Edition edition, int items) {
    return new Entry(name, () -> sample(edition, items / 100), () -> sample(edition, items));
  }

  private static Sample sample(Edition edition, int items) {
    LiveHeap live = new LiveHeap(items / CHECKS);
    long start = System.nanoTime();
    edition.endless(items, CONCURRENCY, live::passed);
    double nanos = (double) (System.nanoTime() - start) / items;
    if (live.count() != items) {
      throw new IllegalStateException("of " + items + " items came " + live.count());
    }
    return Sample.of(NANOS, nanos).and(LIVE, live.most() / MB).and(GROWTH, live.growth() / MB);
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(Target.atMost(name() + ".growth.mb", figures.median(MILLRACE, GROWTH), 2));
  }
}
