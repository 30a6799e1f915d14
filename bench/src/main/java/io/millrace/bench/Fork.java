package io.millrace.bench;

import io.millrace.bench.report.Measured;
import io.millrace.bench.work.Effort;
import io.millrace.bench.work.Entry;
import io.millrace.bench.work.Field;
import io.millrace.bench.work.Workload;
import io.millrace.bench.work.Workloads;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;

/** The JVM that measures one workload: writes the names of its entries, and then its samples. */
final class Fork {
  private final PrintStream out;
  private final Field field;
  private final Effort effort;

  private Fork(PrintStream out, Field field, Effort effort) {
    this.out = out;
    this.field = field;
    this.effort = effort;
  }

  /** The arguments: the workload, the effort, and a number that makes the order another one. */
  public static void main(String[] args) throws Exception {
    Watchdog.start();
    Workload workload = Workloads.named(args[0]);
    Effort effort = Effort.valueOf(args[1]);
    // Nobody else may write between the samples.
    PrintStream out = System.out;
    System.setOut(System.err);
    try {
      new Fork(out, workload.field(effort), effort)
          .measure(workload.rounds(effort), new Random(Long.parseLong(args[2])));
    } catch (Throwable broken) {
      broken.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private void measure(int rounds, Random random) throws Exception {
    out.println(field.all().map(Entry::name).collect(Collectors.joining("\t")));
    for (Entry entry : field.all().toList()) {
      warmUp(entry);
    }
    List<Entry> others = new ArrayList<>(field.others());
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(others, random);
      for (Entry other : others) {
        out.println(sample(field.subject()) + "\t" + sample(other));
      }
      if (others.isEmpty()) {
        out.println(sample(field.subject()));
      }
    }
  }

  private void warmUp(Entry entry) throws Exception {
    long end = System.nanoTime() + effort.warmUp().toNanos();
    do {
      entry.warmUp().take();
    } while (System.nanoTime() < end);
  }

  /* Nobody pays for the garbage of the one before. */
  private static Measured sample(Entry entry) throws Exception {
    System.gc();
    return new Measured(entry.name(), entry.measurement().take());
  }
}
