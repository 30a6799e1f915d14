package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.report.Metric.SHARE;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** A task that waits 1 ms: ideal were concurrency times 1,000 items a second. */
record Sleep(int concurrency, Delivery delivery) implements Workload {
  private static final double NANOS_EACH = 1_000_000;

  @Override
  public String name() {
    return "sleep." + concurrency + "." + delivery.label();
  }

  @Override
  public String title() {
    return "Sleep of 1 ms at concurrency %,d, %s".formatted(concurrency, delivery.text());
  }

  @Override
  public Field field(Effort effort) {
    Job job = Job.of(Items.upTo(effort.pick(50_000, 200_000)), concurrency, delivery, Tasks::sleep);
    return new Field(
            entry(Contenders.millrace(), job),
            Contenders.named(Contenders.PEERS).stream().map(each -> entry(each, job)).toList())
        .withBefore(before -> entry(before.runs(BEFORE), job));
  }

  private Entry entry(Contender contender, Job job) {
    Job less = job.with(Items.upTo(job.items().size() / 10));
    return new Entry(contender.name(), () -> sample(contender, less), () -> sample(contender, job));
  }

  private Sample sample(Contender contender, Job job) throws Exception {
    double ideal = NANOS_EACH * job.items().size() / concurrency;
    return Sample.of(SHARE, ideal / Timed.once(contender, job).nanos());
  }

  @Override
  public List<Target> targets(Figures figures) {
    return switch (delivery) {
      case COLLECTED -> List.of(vsBest(figures, Contenders.PEERS, 0.97));
      case ORDERED, COMPLETION -> List.of(vsBest(figures, Contenders.STREAMING, 1));
    };
  }

  private Target vsBest(Figures figures, List<String> peers, double limit) {
    String best =
        Collections.max(peers, Comparator.comparingDouble(peer -> figures.median(peer, SHARE)));
    return Target.atLeast(name() + ".vs.best", figures.ratio(best, SHARE), limit);
  }
}
