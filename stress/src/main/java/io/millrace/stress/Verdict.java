package io.millrace.stress;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.infra.StateCase;
import org.openjdk.jcstress.infra.Status;
import org.openjdk.jcstress.infra.TestInfo;
import org.openjdk.jcstress.infra.collectors.TestResult;
import org.openjdk.jcstress.infra.runners.TestList;

/**
 * What is to be said of one test.
 *
 * @param test its name
 * @param samples how often the threads met
 * @param good outcomes that are allowed, and how often they were seen
 * @param bad outcomes that no sound mechanism has, and how often they were seen
 * @param failure why it is worth nothing; empty if it ran well and is what it should be
 */
record Verdict(
    String test, long samples, Map<String, Long> good, Map<String, Long> bad, String failure) {
  private static final String SOUND = "Sound";
  private static final String RACY = "Racy";
  private static final String GREEN = "the control stays green: this hunt proves nothing";

  boolean isWell() {
    return failure.isEmpty();
  }

  /** Whether it is a control that ran, and did not go red. */
  boolean isGreenControl() {
    return test.endsWith(RACY) && failure.equals(GREEN);
  }

  boolean isOfSameTest(Verdict other) {
    return test.equals(other.test);
  }

  static List<Verdict> of(Collection<String> tests, Collection<TestResult> results) {
    Map<String, List<TestResult>> byName =
        results.stream().collect(Collectors.groupingBy(TestResult::getName));
    List<Verdict> verdicts = new ArrayList<>();
    for (String test : tests) {
      verdicts.add(of(test, tests, byName.getOrDefault(test, List.of())));
    }
    return verdicts;
  }

  private static Verdict of(String test, Collection<String> tests, List<TestResult> results) {
    TestInfo info = TestList.getInfo(test);
    long samples = results.stream().mapToLong(TestResult::getTotalCount).sum();
    Map<String, Long> good = new TreeMap<>();
    Map<String, Long> bad = new TreeMap<>();
    for (TestResult result : results) {
      for (String seen : result.getStateKeys()) {
        boolean allowed = expectation(info, seen) == Expect.ACCEPTABLE;
        (allowed ? good : bad).merge(seen, result.getCount(seen), Long::sum);
      }
    }
    return new Verdict(test, samples, good, bad, failure(test, tests, results, samples, bad));
  }

  private static Expect expectation(TestInfo info, String seen) {
    for (StateCase known : info.cases()) {
      if (known.matches(seen)) {
        return known.expect();
      }
    }
    return info.unmatched().expect();
  }

  private static String failure(
      String test,
      Collection<String> tests,
      List<TestResult> results,
      long samples,
      Map<String, Long> bad) {
    for (TestResult result : results) {
      if (result.status() != Status.NORMAL) {
        return result.status() + ": " + result.getMessages() + result.getVmErr();
      }
    }
    if (samples == 0) {
      return "did not run: it needs two processors";
    }
    if (test.endsWith(RACY)) {
      return bad.isEmpty() ? GREEN : "";
    }
    String control = test.substring(0, test.length() - SOUND.length()) + RACY;
    if (!test.endsWith(SOUND) || !tests.contains(control)) {
      return "has no racy control";
    }
    return bad.isEmpty() ? "" : "the mechanism is broken";
  }

  @Override
  public String toString() {
    return "%-5s %-28s %,11d  %s%s%s"
        .formatted(
            isWell() ? "ok" : "WRONG",
            test.replace("io.millrace.", ""),
            samples,
            good,
            bad.isEmpty() ? "" : "  bad: " + bad,
            isWell() ? "" : "  " + failure);
  }
}
