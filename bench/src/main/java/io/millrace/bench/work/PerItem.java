package io.millrace.bench.work;

import static io.millrace.bench.report.Metric.BYTES;
import static io.millrace.bench.report.Metric.NANOS;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Sample;

/** Measures what an item costs. */
final class PerItem {
  private PerItem() {}

  static Entry entry(Contender contender, Job job, Effort effort) {
    return entry(contender.name(), contender, job, effort);
  }

  static Entry entry(String name, Contender contender, Job job, Effort effort) {
    Job less = job.with(Items.upTo(job.items().size() / 10));
    return new Entry(
        name, () -> sample(contender, less, effort), () -> sample(contender, job, effort));
  }

  private static Sample sample(Contender contender, Job job, Effort effort) throws Exception {
    Timed run = Timed.run(contender, job, effort.sample());
    int items = job.items().size();
    return Sample.of(NANOS, run.nanos() / items).and(BYTES, run.bytes() / items);
  }
}
