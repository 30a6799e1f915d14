package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.BYTES;
import static io.millrace.bench.report.Metric.NANOS;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A task that does nothing: what is left is the cost of running it. */
record NoOp(int concurrency, Delivery delivery) implements Workload {
  private static final Map<String, Integer> TIMES_CHEAPER =
      Map.of("mapConcurrent", 6, "semaphore", 6, "fixedPool", 3);

  static Job job(int concurrency, Delivery delivery, Effort effort) {
    return Job.of(Items.upTo(effort.pick(100_000, 1_000_000)), concurrency, delivery, item -> item);
  }

  @Override
  public String name() {
    return "noop." + concurrency + "." + delivery.label();
  }

  @Override
  public String title() {
    return "No-op at concurrency %,d, %s".formatted(concurrency, delivery.text());
  }

  @Override
  public int forks(Effort effort) {
    return effort.pick(1, 2);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(2, 3);
  }

  @Override
  public Field field(Effort effort) {
    Job job = job(concurrency, delivery, effort);
    List<Contender> others = new ArrayList<>(Contenders.named(Contenders.PEERS));
    others.addAll(Contenders.named(Contenders.COMPUTING));
    return new Field(
            PerItem.entry(Contenders.millrace(), job, effort),
            others.stream().map(each -> PerItem.entry(each, job, effort)).toList())
        .withBefore(before -> PerItem.entry(before.runs(BEFORE), job, effort));
  }

  @Override
  public List<Target> targets(Figures figures) {
    List<Target> targets = new ArrayList<>();
    targets.add(Target.atMost(name() + ".ns", figures.median(MILLRACE, NANOS), 100));
    targets.add(Target.atMost(name() + ".bytes", figures.median(MILLRACE, BYTES), 100));
    for (String peer : Contenders.ITEM_BY_ITEM) {
      targets.add(
          Target.atLeast(
              name() + ".vs." + peer,
              figures.ratio(peer, NANOS),
              TIMES_CHEAPER.getOrDefault(peer, 1)));
    }
    return targets;
  }
}
