package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;

import io.millrace.bench.peer.Contender;
import io.millrace.bench.peer.Contenders;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Job;
import java.util.ArrayList;
import java.util.List;

/** A task that computes for some 600 ns. */
record Compute(int concurrency, Delivery delivery) implements Workload {
  @Override
  public String name() {
    return "cpu." + concurrency + "." + delivery.label();
  }

  @Override
  public String title() {
    return "Tiny CPU work at concurrency %,d, %s".formatted(concurrency, delivery.text());
  }

  @Override
  public Field field(Effort effort) {
    Job job =
        Job.of(Items.upTo(effort.pick(50_000, 500_000)), concurrency, delivery, Tasks::compute);
    List<Contender> others = new ArrayList<>();
    others.add(Contenders.named("millracePlatform"));
    others.addAll(Contenders.named(Contenders.COMPUTING));
    others.addAll(Contenders.named(Contenders.PEERS));
    return new Field(
            PerItem.entry(Contenders.millrace(), job, effort),
            others.stream().map(each -> PerItem.entry(each, job, effort)).toList())
        .withBefore(before -> PerItem.entry(before.runs(BEFORE), job, effort));
  }
}
