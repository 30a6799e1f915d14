package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.INTERRUPTED;
import static io.millrace.bench.report.Metric.SURFACED;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;

/** One of many waiting items fails after 50 ms, and the run is to end with that. */
record FailFast(int concurrency, Delivery delivery) implements Workload {

  @Override
  public String name() {
    return "failfast." + concurrency + "." + delivery.label();
  }

  @Override
  public String title() {
    return "A failure among %,d items in flight, %s".formatted(concurrency, delivery.text());
  }

  @Override
  public boolean takesPart(Effort effort) {
    return effort == Effort.FULL || delivery == Delivery.COMPLETION;
  }

  @Override
  public Field field(Effort effort) {
    return new Field(
            entry(Contenders.millrace()),
            Contenders.named(Contenders.PEERS).stream().map(this::entry).toList())
        .withBefore(before -> entry(before.runs(BEFORE)));
  }

  private Entry entry(Contender contender) {
    return Entry.of(contender.name(), () -> sample(contender));
  }

  private Sample sample(Contender contender) throws Exception {
    Outbreak outbreak = new Outbreak();
    Job job = Job.of(Items.upTo(2 * concurrency), concurrency, delivery, outbreak).failingFast();
    try {
      contender.run(job, _ -> {});
    } catch (Exception expected) {
      long now = System.nanoTime();
      double share = outbreak.awaitInterrupts();
      return Sample.of(SURFACED, (now - outbreak.failedNanos()) / 1e6).and(INTERRUPTED, share);
    }
    throw new IllegalStateException(contender.name() + " kept the failure to itself");
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(
        Target.atMost(name() + ".ms", figures.median(MILLRACE, SURFACED), 1),
        Target.atLeast(name() + ".interrupted", figures.least(MILLRACE, INTERRUPTED), 1));
  }
}
