package io.millrace.bench;

import io.millrace.bench.report.Figures;
import io.millrace.bench.work.Workload;
import io.millrace.bench.work.Workloads;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** Measures every workload in JVMs of its own, and prints what came out. */
public final class Compare {
  private static final int USAGE = 2;

  private Compare() {}

  public static void main(String[] args) throws Exception {
    Options options;
    try {
      options = Options.parse(args);
    } catch (IllegalArgumentException wrong) {
      System.err.println("bench: " + wrong.getMessage() + "\n" + Options.USAGE);
      System.exit(USAGE);
      return;
    }
    System.exit(compare(options) ? 0 : 1);
  }

  private static boolean compare(Options options) throws IOException, InterruptedException {
    List<Workload> workloads =
        Workloads.all().stream()
            .filter(each -> each.takesPart(options.effort()))
            .filter(each -> options.only().matcher(each.name()).find())
            .toList();
    Report report = new Report(options.effort().name().toLowerCase(Locale.ROOT));
    System.out.println(report.heading());
    for (Workload workload : workloads) {
      long start = System.nanoTime();
      Figures figures = new Figures();
      boolean whole = Forks.measure(workload, options.effort(), figures);
      long seconds = (System.nanoTime() - start) / 1_000_000_000;
      System.err.printf("bench: %s took %d s%n", workload.name(), seconds);
      System.out.println(report.add(workload, figures, whole));
    }
    String footing = report.footing();
    System.out.println(footing);
    System.out.println(report.summary());
    if (options.write() && report.whole()) {
      Files.writeString(
          Path.of(System.getProperty("millrace.bench.results")), report.document(footing));
    }
    return report.whole();
  }
}
