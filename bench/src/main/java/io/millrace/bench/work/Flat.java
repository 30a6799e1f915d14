package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.report.Metric.NANOS;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Edition;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Target;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** What a no-op costs as the concurrency grows; without peers. */
record Flat(Delivery delivery) implements Workload {
  private static final int SUBJECT = 100;
  /* Below a hundred, neighbours in time are neighbours in the array: cache lines go to and fro. */
  private static final int FEW = 10;
  private static final double FEW_NANOS = 200;
  private static final List<Integer> OTHERS = List.of(FEW, 1_000, 10_000, 100_000);

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
    Entry subject = entry(String.valueOf(SUBJECT), SUBJECT, millrace, effort);
    Map<Integer, Entry> others = new LinkedHashMap<>();
    OTHERS.forEach(each -> others.put(each, entry(String.valueOf(each), each, millrace, effort)));
    Field field =
        new Field(subject, List.copyOf(others.values()))
            .withBefore(subject, before -> before(SUBJECT, before, effort));
    for (Map.Entry<Integer, Entry> each : others.entrySet()) {
      field = field.withBefore(each.getValue(), before -> before(each.getKey(), before, effort));
    }
    return field;
  }

  private Entry before(int concurrency, Edition edition, Effort effort) {
    return entry(concurrency + "." + BEFORE, concurrency, edition.runs(BEFORE), effort);
  }

  private Entry entry(String name, int concurrency, Contender contender, Effort effort) {
    return PerItem.entry(name, contender, NoOp.job(concurrency, delivery, effort), effort);
  }

  @Override
  public List<Target> targets(Figures figures) {
    DoubleSummaryStatistics flat =
        Stream.concat(Stream.of(SUBJECT), OTHERS.stream())
            .filter(each -> each >= SUBJECT)
            .mapToDouble(each -> figures.median(String.valueOf(each), NANOS))
            .summaryStatistics();
    return List.of(
        Target.atMost(
            name() + "." + FEW + ".ns", figures.median(String.valueOf(FEW), NANOS), FEW_NANOS),
        Target.atMost(name() + ".most.to.least", flat.getMax() / flat.getMin(), 2));
  }
}
