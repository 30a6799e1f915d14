package io.millrace.stress;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.openjdk.jcstress.JCStress;
import org.openjdk.jcstress.Options;
import org.openjdk.jcstress.infra.collectors.DiskReadCollector;
import org.openjdk.jcstress.infra.collectors.InProcessCollector;
import org.openjdk.jcstress.infra.collectors.TestResult;

/**
 * Runs jcstress and judges what it saw, which jcstress leaves to the reader: exits with 1 if a forbidden
 * outcome was seen, and as well if a racy control looks sound. Takes the arguments of jcstress.
 */
public final class Hunts {
  private Hunts() {}

  public static void main(String[] args) throws Exception {
    Options options = new Options(args);
    if (!options.parse()) {
      System.exit(2);
    }
    if (options.shouldList()) {
      new JCStress(options).getTests().forEach(System.out::println);
      return;
    }
    Collection<String> tests = hunt(options);
    List<Verdict> verdicts = Verdict.of(tests, read(options.getResultFile()));
    System.exit(report(lookAgain(verdicts, args, options.getResultDest()), System.out) ? 0 : 1);
  }

  /** On a busy machine the threads hardly meet: a control that stays green gets more time, once. */
  private static List<Verdict> lookAgain(List<Verdict> verdicts, String[] args, String results)
      throws Exception {
    List<String> green =
        verdicts.stream().filter(Verdict::isGreenControl).map(Verdict::test).toList();
    if (green.isEmpty()) {
      return verdicts;
    }
    Options options = new Options(longer(args, String.join("|", green), results + "/again"));
    if (!options.parse()) {
      return verdicts;
    }
    hunt(options);
    List<Verdict> again = Verdict.of(green, read(options.getResultFile()));
    return verdicts.stream()
        .map(verdict -> again.stream().filter(verdict::isOfSameTest).findAny().orElse(verdict))
        .toList();
  }

  private static String[] longer(String[] args, String tests, String results) {
    Set<String> replaced = Set.of("-t", "-time", "-iters", "-r");
    List<String> longer = new ArrayList<>();
    for (int i = 0; i < args.length; i++) {
      if (replaced.contains(args[i])) {
        i++; // and its value
      } else {
        longer.add(args[i]);
      }
    }
    Collections.addAll(longer, "-t", tests, "-time", "1000", "-iters", "5", "-r", results);
    return longer.toArray(String[]::new);
  }

  /** What jcstress has to say goes into a file: it is long. */
  private static Collection<String> hunt(Options options) throws Exception {
    Path log = Files.createDirectories(Path.of(options.getResultDest())).resolve("log.txt");
    System.out.println("jcstress: hunting; its own words are in " + log.toAbsolutePath());
    PrintStream console = System.out;
    try (PrintStream file = new PrintStream(Files.newOutputStream(log))) {
      System.setOut(file);
      JCStress jcstress = new JCStress(options);
      try {
        jcstress.run();
      } catch (AssertionError failed) {
        failed.printStackTrace(file); // a test that did not run: its verdict says so
      }
      return jcstress.getTests();
    } finally {
      System.setOut(console);
    }
  }

  private static Collection<TestResult> read(String file)
      throws IOException, ClassNotFoundException {
    InProcessCollector results = new InProcessCollector();
    DiskReadCollector reader = new DiskReadCollector(file, results);
    reader.dump();
    reader.close();
    return results.getTestResults();
  }

  /** Prints a line a test; true if all is well. */
  private static boolean report(List<Verdict> verdicts, PrintStream out) {
    verdicts.forEach(out::println);
    long wrong = verdicts.stream().filter(verdict -> !verdict.isWell()).count();
    out.printf("jcstress: %d tests, %d wrong%n", verdicts.size(), wrong);
    return wrong == 0 && !verdicts.isEmpty();
  }
}
