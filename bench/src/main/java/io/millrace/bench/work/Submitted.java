package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.MICROS;

import io.millrace.bench.peer.Editions;
import io.millrace.bench.peer.Pools;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;

/** Tasks that do nothing, submitted together; then their results. */
record Submitted(int tasks) implements Workload {

  @Override
  public String name() {
    return "executor." + tasks;
  }

  @Override
  public String title() {
    return tasks == 1
        ? "A task that does nothing, submitted and waited for"
        : "%,d tasks that do nothing, submitted together and waited for".formatted(tasks);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(5, 15);
  }

  @Override
  public Field field(Effort effort) {
    int times = effort.pick(20_000, 100_000) / tasks;
    return new Field(
            entry(Pools.of(MILLRACE, Editions.now()), times),
            List.of(entry(Pools.semaphore(), times), entry(Pools.fixedPool(), times)))
        .withBefore(before -> entry(Pools.of(BEFORE, before), times));
  }

  private Entry entry(Pools pool, int times) {
    return Entry.of(pool.label(), () -> sample(pool, times));
  }

  private Sample sample(Pools pool, int times) throws Exception {
    long start = System.nanoTime();
    pool.run(tasks, times);
    return Sample.of(MICROS, (System.nanoTime() - start) / 1e3 / times);
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(
        Target.atLeast(name() + ".vs.semaphore", figures.ratio("semaphore", MICROS), 1),
        Target.atLeast(name() + ".vs.fixedPool", figures.ratio("fixedPool", MICROS), 1));
  }
}
