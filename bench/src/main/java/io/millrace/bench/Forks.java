package io.millrace.bench;

import io.millrace.bench.report.Figures;
import io.millrace.bench.report.Measured;
import io.millrace.bench.work.Effort;
import io.millrace.bench.work.Workload;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts the JVMs that measure. */
final class Forks {
  /* RxJava and Pekko use it, and the JDK warns. */
  private static final String ALLOW_UNSAFE = "--sun-misc-unsafe-memory-access=allow";
  private static final String BEFORE = "millrace.bench.before";

  private Forks() {}

  /** Adds the samples of one workload; false if a JVM failed, after it said why. */
  static boolean measure(Workload workload, Effort effort, Figures figures)
      throws IOException, InterruptedException {
    boolean whole = true;
    int forks = workload.forks(effort);
    for (int fork = 0; fork < forks; fork++) {
      whole &= measure(command(workload, effort, fork, false), figures);
    }
    // The version before is first as often as it is second.
    if (forks % 2 == 1 && !System.getProperty(BEFORE, "").isEmpty()) {
      whole &= measure(command(workload, effort, forks, true), figures);
    }
    return whole;
  }

  private static boolean measure(List<String> command, Figures figures)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectError(Redirect.INHERIT).start();
    try (BufferedReader lines = process.inputReader()) {
      String line = lines.readLine();
      if (line != null) {
        figures.begin(List.of(line.split("\t")));
      }
      while ((line = lines.readLine()) != null) {
        add(line, figures);
      }
    } finally {
      process.destroy();
    }
    return process.waitFor() == 0;
  }

  private static void add(String line, Figures figures) {
    String[] parts = line.split("\t");
    Measured subject = Measured.parse(parts[0]);
    if (parts.length == 1) {
      figures.add(subject);
    } else {
      figures.add(Measured.parse(parts[1]), subject);
    }
  }

  private static List<String> command(
      Workload workload, Effort effort, int fork, boolean beforeOnly) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add(ALLOW_UNSAFE);
    command.addAll(workload.jvmOptions());
    command.add("-D" + BEFORE + "=" + System.getProperty(BEFORE, ""));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(
        List.of(
            Fork.class.getName(),
            workload.name(),
            effort.name(),
            String.valueOf(fork),
            String.valueOf(beforeOnly)));
    return command;
  }
}
