package io.millrace.bench;

import io.millrace.bench.peer.Contenders;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Metric;
import io.millrace.bench.report.Tables;
import io.millrace.bench.report.Target;
import io.millrace.bench.work.Workload;
import java.util.List;
import java.util.stream.Stream;

/** How a workload compares with the version before, where that was measured. */
record Befores(Workload workload, Figures figures) {
  private static final double LEAST = 0.95;

  List<Target> targets() {
    return entries()
        .map(entry -> Target.atLeast(name(entry), figures.ratio(entry, metric()), LEAST))
        .toList();
  }

  List<String> noise() {
    return entries()
        .map(entry -> Tables.noise(name(entry), figures.noise(entry, metric())))
        .toList();
  }

  private Stream<String> entries() {
    return figures.entries().stream()
        .filter(entry -> entry.equals(Contenders.BEFORE) || entry.endsWith("." + Contenders.BEFORE))
        .filter(entry -> figures.noise(entry, metric()).pairs() > 0);
  }

  private Metric metric() {
    return workload.decisive(figures);
  }

  private String name(String entry) {
    boolean first = metric() == figures.metrics().iterator().next();
    return Tables.name(workload.name(), entry, metric(), first);
  }
}
