package io.millrace.bench;

import io.millrace.bench.report.Measured;
import io.millrace.bench.work.Effort;
import io.millrace.bench.work.Entry;
import io.millrace.bench.work.Field;
import io.millrace.bench.work.Pair;
import io.millrace.bench.work.Workload;
import io.millrace.bench.work.Workloads;
import java.io.PrintStream;
import java.time.Duration;
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
  private final Duration warmUp;
  private final boolean beforeFirst;
  private final Random random;
  private boolean referenceFirst;

  private Fork(PrintStream out, Field field, Effort effort, Duration warmUp, int fork) {
    this.out = out;
    this.field = field;
    this.effort = effort;
    this.warmUp = warmUp;
    // Who runs first finds the JDK's code fresh, and it is compiled for that one's types.
    beforeFirst = fork % 2 == 1;
    referenceFirst = beforeFirst;
    random = new Random(fork);
  }

  /**
   * The arguments: the workload, the effort, a number that makes the order another one, and whether the
   * version before is all that is measured beside the subject.
   */
  public static void main(String[] args) throws Exception {
    Watchdog.start();
    Workload workload = Workloads.named(args[0]);
    Effort effort = Effort.valueOf(args[1]);
    // Nobody else may write between the samples.
    PrintStream out = System.out;
    System.setOut(System.err);
    try {
      int fork = Integer.parseInt(args[2]);
      Field field = workload.field(effort);
      new Fork(out, workload.field(effort), effort, workload.warmUp(effort), fork)
          .measure(workload.rounds(effort), Boolean.parseBoolean(args[3]));
    } catch (Throwable broken) {
      broken.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private void measure(int rounds, boolean beforeOnly) throws Exception {
    out.println(field.all().stream().map(Entry::name).collect(Collectors.joining("\t")));
    List<Pair> before = warmUpTogether(field.before());
    measure(before, rounds);
    if (beforeOnly) {
      return;
    }
    if (before.isEmpty()) {
      warmUp(field.subject());
    }
    for (Entry other : field.others()) {
      warmUp(other);
    }
    measure(field.pairs(), rounds);
    if (field.others().isEmpty() && before.isEmpty()) {
      for (int round = 0; round < rounds; round++) {
        out.println(sample(field.subject()));
      }
    }
  }

  private void measure(List<Pair> all, int rounds) throws Exception {
    List<Pair> pairs = new ArrayList<>(all);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(pairs, random);
      for (Pair pair : pairs) {
        measure(pair);
      }
    }
  }

  /*
   * Two versions of the same are to be in the same state: they take turns from the first run on, and
   * are measured before anybody else, because the subject runs more often than the others from then on.
   */
  private List<Pair> warmUpTogether(List<Pair> pairs) throws Exception {
    List<Pair> able = new ArrayList<>();
    for (Pair pair : pairs) {
      try {
        if (!beforeFirst) {
          pair.reference().warmUp().take();
        }
        pair.other().warmUp().take();
        able.add(pair);
      } catch (Exception | LinkageError failure) {
        if (!unlinked(failure)) {
          throw failure;
        }
        System.err.println("bench: " + pair.other().name() + " is left out: " + failure);
      }
    }
    for (Pair pair : able) {
      long end = System.nanoTime() + 2 * warmUp.toNanos();
      do {
        pair.reference().warmUp().take();
        pair.other().warmUp().take();
      } while (System.nanoTime() < end);
    }
    return able;
  }

  private void warmUp(Entry entry) throws Exception {
    long end = System.nanoTime() + warmUp.toNanos();
    do {
      entry.warmUp().take();
    } while (System.nanoTime() < end);
  }

  /* Whether the version before lacks something that the one that is measured has. */
  private static boolean unlinked(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof LinkageError) {
        return true;
      }
    }
    return false;
  }

  private void measure(Pair pair) throws Exception {
    int most = pair.close() ? effort.closeSamples() : 1;
    long end = System.nanoTime() + effort.closeTime().toNanos();
    int samples = 0;
    do {
      Measured first = sample(referenceFirst ? pair.reference() : pair.other());
      Measured second = sample(referenceFirst ? pair.other() : pair.reference());
      out.println((referenceFirst ? first : second) + "\t" + (referenceFirst ? second : first));
      referenceFirst = !referenceFirst;
      samples++;
    } while (samples < most && System.nanoTime() < end);
  }

  /* Nobody pays for the garbage of the one before. */
  private static Measured sample(Entry entry) throws Exception {
    System.gc();
    return new Measured(entry.name(), entry.measurement().take());
  }
}
