package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.report.Metric.NANOS;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Target;
import java.util.ArrayList;
import java.util.List;

/** As {@link NoOp}, with a deadline for each item, for those that have that. */
record Deadline(int concurrency, Delivery delivery) implements Workload {
  private static final String WITHOUT = "millraceWithout";

  @Override
  public String name() {
    return "noop." + concurrency + "." + delivery.label() + ".deadline";
  }

  @Override
  public String title() {
    return "No-op with a deadline at concurrency %,d, %s".formatted(concurrency, delivery.text());
  }

  @Override
  public boolean takesPart(Effort effort) {
    return effort == Effort.FULL || concurrency <= 100;
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(2, 4);
  }

  @Override
  public Field field(Effort effort) {
    Job plain = NoOp.job(concurrency, delivery, effort);
    Job job = plain.withDeadline();
    Contender millrace = Contenders.millrace();
    List<Entry> others = new ArrayList<>();
    others.add(PerItem.entry(WITHOUT, millrace, plain, effort));
    if (effort == Effort.FULL) {
      Contenders.WITH_DEADLINES.forEach(
          peer -> others.add(PerItem.entry(Contenders.named(peer), job, effort)));
    }
    return new Field(PerItem.entry(millrace, job, effort), others)
        .withBefore(before -> PerItem.entry(before.runs(BEFORE), job, effort));
  }

  @Override
  public List<Target> targets(Figures figures) {
    List<Target> targets = new ArrayList<>();
    targets.add(Target.atMost(name() + ".cost", 1 / figures.ratio(WITHOUT, NANOS), 1.2));
    for (String peer : Contenders.WITH_DEADLINES) {
      if (figures.has(peer)) {
        targets.add(Target.atLeast(name() + ".vs." + peer, figures.ratio(peer, NANOS), 1));
      }
    }
    return targets;
  }
}
