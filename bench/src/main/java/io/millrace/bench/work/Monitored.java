package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.NANOS;

import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Editions;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Target;
import java.util.List;

/** As {@link NoOp}, with a monitor that watches: what it costs an item beyond a run without one. */
record Monitored(int concurrency, Delivery delivery) implements Workload {
  private static final String WITHOUT = "millraceWithout";

  @Override
  public String name() {
    return "noop." + concurrency + "." + delivery.label() + ".monitored";
  }

  @Override
  public String title() {
    return "No-op with a monitor at concurrency %,d, %s".formatted(concurrency, delivery.text());
  }

  @Override
  public int forks(Effort effort) {
    return effort.pick(1, 2);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(10, 30);
  }

  @Override
  public Field field(Effort effort) {
    Job job = NoOp.job(concurrency, delivery, effort);
    return new Field(
        PerItem.entry(Editions.now().monitoredRuns(MILLRACE), job, effort),
        List.of(PerItem.entry(WITHOUT, Contenders.millrace(), job, effort)));
  }

  @Override
  public List<Target> targets(Figures figures) {
    double cost = figures.median(MILLRACE, NANOS) - figures.median(WITHOUT, NANOS);
    return List.of(Target.atMost(name() + ".cost.ns", cost, 10));
  }
}
