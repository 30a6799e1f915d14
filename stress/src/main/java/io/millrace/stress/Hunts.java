package io.millrace.stress;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
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
    System.exit(report(verdicts, System.out) ? 0 : 1);
  }

  /** What jcstress has to say goes into a file: it is long. */
  private static Collection<String> hunt(Options options) throws Exception {
    Path log = Files.createDirectories(Path.of(options.getResultDest())).resolve("log.txt");
    System.out.println("jcstress: hunting; its own words are in " + log.toAbsolutePath());
    PrintStream console = System.out;
    try (PrintStream file = new PrintStream(Files.newOutputStream(log))) {
      System.setOut(file);
      JCStress jcstress = new JCStress(options);
      jcstress.run();
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
