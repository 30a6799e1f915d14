package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.report.Metric.CPU;
import static io.millrace.bench.report.Metric.WALL;

import io.millrace.bench.peer.Cost;
import io.millrace.bench.peer.Crowd;
import io.millrace.bench.peer.Edition;
import io.millrace.bench.peer.Editions;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.util.List;

/**
 * What an operation costs beside many of something, and beside ten times as many: nothing under a run's
 * lock grows.
 *
 * @param quick how many, if there is little time
 * @param full how many otherwise
 */
record Locked(Crowd crowd, int quick, int full) implements Workload {
  private static final int TIMES = 10;
  private static final String MANY = "many";
  private static final String TENFOLD = "tenfold";

  @Override
  public String name() {
    return "locked." + crowd.label();
  }

  @Override
  public String title() {
    return "%s: %,d to %,d of them (quick: %,d to %,d)"
        .formatted(crowd.text(), full, TIMES * full, quick, TIMES * quick);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(2, 5);
  }

  /* No collection during a sample, which would look at all that waits. */
  @Override
  public List<String> jvmOptions() {
    return List.of("-Xms3g", "-Xmx3g", "-Xmn2g", "-XX:+AlwaysPreTouch");
  }

  @Override
  public Field field(Effort effort) {
    int many = effort.pick(quick, full);
    Edition now = Editions.now();
    return new Field(
            Entry.of(MANY, () -> sample(now, many, effort)),
            List.of(Entry.of(TENFOLD, () -> sample(now, TIMES * many, effort))))
        .withBefore(before -> Entry.of(MANY + "." + BEFORE, () -> sample(before, many, effort)));
  }

  private Sample sample(Edition edition, int many, Effort effort) throws Exception {
    Cost cost = edition.among(crowd, many);
    while (cost.nanos() < effort.sample().toNanos()) {
      cost = cost.plus(edition.among(crowd, many));
    }
    double operations = cost.operations();
    return Sample.of(CPU, cost.cpuNanos() / operations).and(WALL, cost.nanos() / operations);
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(Target.atMost(name() + ".growth", figures.ratio(TENFOLD, CPU), 1.5));
  }
}
