package io.millrace.bench.work;

import static io.millrace.bench.peer.Contenders.MILLRACE;
import static io.millrace.bench.report.Metric.RESUMED;
import static io.millrace.bench.report.Metric.RESUMED_LAST;

import io.millrace.bench.driver.PaidCalls;
import io.millrace.bench.peer.Directories;
import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Sample;
import io.millrace.bench.report.Target;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.List;

/**
 * A run is killed when so many items are stored, and started again: how long until its first new call. Each start is a JVM of its own,
 * whose start counts. The new items come first in the source, or after all that are stored.
 */
record Killed() implements Workload {
  private static final int ITEMS = 1_000_000;

  @Override
  public String name() {
    return "killed";
  }

  @Override
  public String title() {
    return "From SIGKILL to the first new call of the run that goes on, with %,d items stored"
        .formatted(ITEMS);
  }

  @Override
  public int rounds(Effort effort) {
    return effort.pick(1, 3);
  }

  /* Of the JVM that only starts the others. */
  @Override
  public List<String> jvmOptions() {
    return List.of("-Xmx128m");
  }

  @Override
  public Field field(Effort effort) {
    return new Field(new Entry(MILLRACE, () -> sample(10_000), () -> sample(ITEMS)), List.of());
  }

  private static Sample sample(int items) throws Exception {
    Path directory = Directories.create();
    try {
      String file = directory.resolve("run").toString();
      double first = millis(file, items, true);
      double last = millis(file, items, false);
      return Sample.of(RESUMED, first).and(RESUMED_LAST, last);
    } finally {
      Directories.delete(directory);
    }
  }

  /* The run that goes on makes one call that never ends, and is killed as well. */
  private static double millis(String file, int items, boolean newFirst)
      throws IOException, InterruptedException {
    Process before = start(file, items, PaidCalls.Part.STORE);
    awaitLine(before);
    long killed = System.nanoTime();
    kill(before);
    Process after =
        start(file, items, newFirst ? PaidCalls.Part.NEW_FIRST : PaidCalls.Part.NEW_LAST);
    awaitLine(after);
    double millis = (System.nanoTime() - killed) / 1e6;
    kill(after);
    return millis;
  }

  private static Process start(String file, int items, PaidCalls.Part part) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            System.getProperty("java.class.path"),
            PaidCalls.class.getName(),
            file,
            Integer.toString(items),
            part.name())
        .redirectError(Redirect.INHERIT)
        .start();
  }

  private static void awaitLine(Process process) throws IOException {
    BufferedReader lines = process.inputReader();
    if (lines.readLine() == null) {
      throw new IllegalStateException("the run ended before its call");
    }
  }

  private static void kill(Process process) throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  @Override
  public List<Target> targets(Figures figures) {
    return List.of(
        Target.atMost(name() + ".first.ms", figures.median(MILLRACE, RESUMED), 1_000),
        Target.atMost(name() + ".last.ms", figures.median(MILLRACE, RESUMED_LAST), 1_000));
  }
}
