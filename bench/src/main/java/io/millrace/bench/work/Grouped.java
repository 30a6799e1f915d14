package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.MICROS;

import io.millrace.bench.peer.Editions;
import io.millrace.bench.peer.Groups;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.time.Duration;
import java.util.List;

/** Tasks that are started one by one and joined together: a group, and what one writes by hand. */
record Grouped(int tasks) implements Workload {
  private static final int MANY = 100;

  /* Few tasks a group mean many groups before everything is compiled. */
  private static final Duration WARM_UP = Duration.ofMillis(700);

  @Override
  public String name() {
    return "group." + tasks;
  }

  @Override
  public String title() {
    return "A group of %,d tasks that do nothing, with their results".formatted(tasks);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(3, 7);
  }

  @Override
  public Duration warmUp(Effort effort) {
    return WARM_UP;
  }

  @Override
  public Field field(Effort effort) {
    return new Field(
            entry(Groups.of(MILLRACE, Editions.now()), effort),
            List.of(entry(Groups.joins(), effort), entry(Groups.executor(), effort)))
        .withBefore(before -> entry(Groups.of(BEFORE, before), effort));
  }

  private Entry entry(Groups way, Effort effort) {
    return Entry.of(way.label(), () -> sample(way, effort.sample()));
  }

  private Sample sample(Groups way, Duration atLeast) throws Exception {
    long start = System.nanoTime();
    long groups = 0;
    long nanos;
    do {
      way.run(tasks);
      groups++;
      nanos = System.nanoTime() - start;
    } while (nanos < atLeast.toNanos());
    return Sample.of(MICROS, nanos / 1e3 / groups);
  }

  /* To join a few by hand tells nobody of a failure, and stops nobody. */
  @Override
  public List<Target> targets(Figures figures) {
    double least = tasks < MANY ? 0.8 : 1;
    return List.of(Target.atLeast(name() + ".vs.joins", figures.ratio("joins", MICROS), least));
  }
}
