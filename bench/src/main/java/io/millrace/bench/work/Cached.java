package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.SHARE;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;

/** A cache in front of something slow: most items take no time, each 20th waits 50 ms. */
record Cached(int concurrency) implements Workload {
  private static final int EACH = 20;
  private static final int MILLIS = 50;

  @Override
  public String name() {
    return "cache." + concurrency;
  }

  @Override
  public String title() {
    return "Each %dth item waits %d ms, the others nothing, at concurrency %,d, streamed"
        .formatted(EACH, MILLIS, concurrency);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(2, 3);
  }

  @Override
  public Field field(Effort effort) {
    Job job =
        Job.of(
            Items.upTo(effort.pick(400_000, 1_000_000)),
            concurrency,
            Delivery.COMPLETION,
            Cached::look);
    List<String> peers = effort == Effort.FULL ? Contenders.STREAMING : List.of("fixedPool");
    return new Field(
            entry(Contenders.millrace(), job),
            Contenders.named(peers).stream().map(each -> entry(each, job)).toList())
        .withBefore(before -> entry(before.runs(BEFORE), job));
  }

  private static Integer look(Integer item) throws InterruptedException {
    if (item % EACH == 0) {
      Thread.sleep(MILLIS);
    }
    return item;
  }

  private Entry entry(Contender contender, Job job) {
    Job less = job.with(Items.upTo(job.items().size() / 10));
    return new Entry(contender.name(), () -> sample(contender, less), () -> sample(contender, job));
  }

  private Sample sample(Contender contender, Job job) throws Exception {
    double ideal = 1e6 * MILLIS * job.items().size() / EACH / concurrency;
    return Sample.of(SHARE, ideal / Timed.once(contender, job).nanos());
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(
        Target.atMost(name() + ".times.ideal", 1 / figures.median(MILLRACE, SHARE), 1.5));
  }
}
