package io.millrace.bench.work;

import io.millrace.bench.peer.Crowd;
import io.millrace.bench.peer.Delivery;
import io.millrace.bench.peer.Pace;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** All of them, in the order in which they are reported. */
public final class Workloads {
  private static final Duration SECOND = Duration.ofSeconds(1);

  private Workloads() {}

  public static List<Workload> all() {
    List<Workload> all = new ArrayList<>();
    for (int concurrency : List.of(100, 1_000)) {
      for (Delivery delivery : Delivery.values()) {
        all.add(new NoOp(concurrency, delivery));
        all.add(new Deadline(concurrency, delivery));
      }
    }
    all.add(new Monitored(100, Delivery.COLLECTED));
    all.add(new Monitored(100, Delivery.COMPLETION));
    all.add(new Flat(Delivery.COLLECTED));
    all.add(new Flat(Delivery.COMPLETION));
    for (int concurrency : List.of(1_000, 10_000)) {
      all.add(new Sleep(concurrency, Delivery.COLLECTED));
      all.add(new Sleep(concurrency, Delivery.COMPLETION));
    }
    all.add(new Cached(5_000));
    all.add(new Compute(8, Delivery.COLLECTED));
    all.add(new TenItems());
    all.add(new Submitted(1));
    all.add(new Submitted(100));
    all.add(new Submitted(1_000));
    all.add(new Grouped(10));
    all.add(new Grouped(1_000));
    all.add(new Stacked(1));
    all.add(new Stacked(2));
    all.add(new Permitted(1));
    all.add(new Permitted(4));
    all.add(new InProcesses());
    all.add(new Checkpointed(100));
    all.add(new Checkpointed(1_000));
    all.add(new CheckpointedMany());
    all.add(new Killed());
    all.add(new Straggler(100));
    all.add(new FailFast(100, Delivery.COLLECTED));
    all.add(new FailFast(100, Delivery.COMPLETION));
    all.add(new Limited("even", new Pace.Even(1_000, SECOND), false));
    all.add(new Limited("window", new Pace.Window(100, SECOND), false));
    all.add(new Limited("1000", new Pace.Even(1_000, SECOND), true));
    all.add(new Limited("10000", new Pace.Even(10_000, SECOND), true));
    all.add(new Limited("20000", new Pace.Even(20_000, SECOND), true));
    Stream.of(Queued.Kind.values()).map(Queued::new).forEach(all::add);
    all.add(new Locked(Crowd.SLOTS, 1_000, 1_000));
    all.add(new Locked(Crowd.BACKOFF, 20_000, 20_000));
    all.add(new Locked(Crowd.PERMITS, 1_000, 1_000));
    all.add(new Locked(Crowd.ABANDONED, 200, 1_000));
    all.add(new Locked(Crowd.CANCELLED, 5_000, 20_000));
    all.add(new Cold());
    all.add(new Endless());
    return List.copyOf(all);
  }

  public static Workload named(String name) {
    return all().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("no workload is named " + name));
  }
}
