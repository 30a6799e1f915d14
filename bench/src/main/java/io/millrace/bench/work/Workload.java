package io.millrace.bench.work;

import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Metric;
import io.millrace.bench.report.Target;
import java.time.Duration;
import java.util.List;

/** What is to be done, by whom. Each runs in JVMs of its own. */
public interface Workload {
  /** Begins the names of its ratios and targets. */
  String name();

  String title();

  /** Whether there is time for it. */
  default boolean takesPart(Effort effort) {
    return true;
  }

  /** How many JVMs are asked one after the other. */
  default int forks(Effort effort) {
    return 1;
  }

  /** How many samples of each entry a JVM takes. */
  default int rounds(Effort effort) {
    return effort.pick(2, 5);
  }

  /** How long an entry is warmed up at least. */
  default Duration warmUp(Effort effort) {
    return effort.warmUp();
  }

  default List<String> jvmOptions() {
    return List.of("-Xms2g", "-Xmx2g", "-XX:+AlwaysPreTouch");
  }

  /** Called in the JVM that measures. */
  Field field(Effort effort);

  /** What the version before is compared by. */
  default Metric decisive(Figures figures) {
    return figures.metrics().iterator().next();
  }

  /** What of it is decided by a number. */
  default List<Target> targets(Figures figures) {
    return List.of();
  }
}
