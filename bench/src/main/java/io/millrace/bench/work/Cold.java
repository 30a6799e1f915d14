package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.BEFORE;
import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.FIRST;

import io.millrace.bench.peer.Editions;
import io.millrace.bench.peer.PlainCall;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/** The first call of a fresh JVM, over five items of 100 ms: each sample is a JVM of its own. */
record Cold() implements Workload {
  private static final String PLAIN = "plain";
  private static final String OWN = "io.millrace.bench.driver.ColdCall";

  @Override
  public String name() {
    return "cold";
  }

  @Override
  public String title() {
    return "The first call of a fresh JVM, over five items of 100 ms";
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(3, 9);
  }

  /* Of the JVM that only starts the others. */
  @Override
  public List<String> jvmOptions() {
    return List.of("-Xmx128m");
  }

  @Override
  public Field field(Effort effort) {
    String path = System.getProperty("java.class.path");
    String before = Editions.jarBefore() + File.pathSeparator + path;
    return new Field(
            Entry.of(MILLRACE, () -> sample(path, OWN)),
            List.of(Entry.of(PLAIN, () -> sample(path, PlainCall.class.getName()))))
        .withBefore(_ -> Entry.of(BEFORE, () -> sample(before, OWN)));
  }

  private static Sample sample(String path, String main) throws IOException, InterruptedException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process process =
        new ProcessBuilder(java, "-cp", path, main).redirectError(Redirect.INHERIT).start();
    String nanos;
    try (BufferedReader lines = process.inputReader()) {
      nanos = lines.readLine();
    }
    if (process.waitFor() != 0) {
      throw new IllegalStateException(main + " ended with " + process.exitValue());
    }
    return Sample.of(FIRST, Long.parseLong(nanos) / 1e6);
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(
        Target.atMost(
            name() + ".extra.ms",
            figures.median(MILLRACE, FIRST) - figures.median(PLAIN, FIRST),
            50));
  }
}
