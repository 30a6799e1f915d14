package io.millrace.bench.work;

import static io.millrace.bench.report.Metric.NANOS;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Target;
import java.util.List;
import java.util.stream.DoubleStream;

/** What a no-op costs as the concurrency grows; without peers. */
record Flat(Delivery delivery) implements Workload {
  private static final int SUBJECT = 100;
  private static final List<Integer> OTHERS = List.of(10, 1_000, 10_000, 100_000);

  @Override
  public String name() {
    return "flat." + delivery.label();
  }

  @Override
  public String title() {
    return "No-op by concurrency, " + delivery.text();
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(3, 7);
  }

  @Override
  public Field field(Effort effort) {
    Contender millrace = Contenders.millrace();
    return new Field(
        entry(SUBJECT, millrace, effort),
        OTHERS.stream().map(each -> entry(each, millrace, effort)).toList());
  }

  private Entry entry(int concurrency, Contender millrace, Effort effort) {
    return PerItem.entry(
        String.valueOf(concurrency), millrace, NoOp.job(concurrency, delivery, effort), effort);
  }

  @Override
  public List<Target> targets(Figures figures) {
    double most = medians(figures).max().orElse(Double.NaN);
    double least = medians(figures).min().orElse(Double.NaN);
    return List.of(Target.atMost(name() + ".most.to.least", most / least, 2));
  }

  private static DoubleStream medians(Figures figures) {
    return figures.entries().stream().mapToDouble(each -> figures.median(each, NANOS));
  }
}
