package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.MICROS;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.time.Duration;
import java.util.List;

/** A small call: what starting and ending costs. */
record TenItems() implements Workload {
  /* Few items a call mean many calls before everything is compiled. */
  private static final Duration WARM_UP = Duration.ofMillis(700);

  @Override
  public String name() {
    return "ten";
  }

  @Override
  public String title() {
    return "A call over 10 items at concurrency 10, collected";
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
    Job job = Job.of(Items.upTo(10), 10, Delivery.COLLECTED, item -> item);
    return new Field(
            entry(Contenders.millrace(), job, effort),
            Contenders.named(Contenders.PEERS).stream()
                .map(each -> entry(each, job, effort))
                .toList())
        .withBefore(before -> entry(before.runs(BEFORE), job, effort));
  }

  private static Entry entry(Contender contender, Job job, Effort effort) {
    return Entry.of(contender.name(), () -> sample(contender, job, effort.sample()));
  }

  private static Sample sample(Contender contender, Job job, Duration atLeast) throws Exception {
    return Sample.of(MICROS, Timed.run(contender, job, atLeast).nanos() / 1e3);
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(Target.atMost(name() + ".us", figures.median(MILLRACE, MICROS), 10));
  }
}
