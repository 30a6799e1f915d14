package io.millrace.bench.work;

import static io.millrace.bench.report.Metric.MICROS;

import io.millrace.bench.peer.Groups;
import io.millrace.bench.report.Sample;
import java.time.Duration;
import java.util.List;

/** Tasks that are started one by one and joined together: a group, and what one writes by hand. */
record Grouped(int tasks) implements Workload {
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
  public Field field(Effort effort) {
    return new Field(
        entry(Groups.MILLRACE, effort),
        List.of(entry(Groups.JOINS, effort), entry(Groups.EXECUTOR, effort)));
  }

  private Entry entry(Groups way, Effort effort) {
    return new Entry(way.label(), () -> sample(way, WARM_UP), () -> sample(way, effort.sample()));
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
}
