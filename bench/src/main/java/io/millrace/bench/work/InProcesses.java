package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.MICROS;
import static io.millrace.bench.report.Metric.PER_SECOND;

import io.millrace.bench.peer.CallCosts;
import io.millrace.bench.peer.CallSite;
import io.millrace.bench.peer.CallSites;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** Short calls in other processes: what the way there and back costs. */
record InProcesses() implements Workload {
  private static final int PROCESSES = 2;
  private static final int WARM_UP_CALLS = 20_000;

  @Override
  public String name() {
    return "process";
  }

  @Override
  public String title() {
    return "A call in another process, %d processes".formatted(PROCESSES);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(3, 7);
  }

  @Override
  public List<String> jvmOptions() {
    return List.of("-Xms512m", "-Xmx512m");
  }

  @Override
  public Field field(Effort effort) {
    try {
      return new Field(
          entry(CallSites.millrace(PROCESSES), effort),
          CallSites.others(PROCESSES).stream().map(each -> entry(each, effort)).toList());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Entry entry(CallSite site, Effort effort) {
    int single = effort.pick(2_000, 10_000);
    int many = effort.pick(5_000, 50_000);
    return new Entry(
        site.name(),
        () -> sample(site, WARM_UP_CALLS, WARM_UP_CALLS),
        () -> sample(site, single, many));
  }

  private static Sample sample(CallSite site, int single, int many) throws Exception {
    CallCosts costs = site.measure(single, many);
    return Sample.of(MICROS, costs.micros()).and(PER_SECOND, costs.perSecond());
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(Target.atMost(name() + ".us", figures.median(MILLRACE, MICROS), 200));
  }
}
