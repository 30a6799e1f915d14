package io.millrace.outcome;

import java.util.List;
import java.util.Locale;

/**
 * The failures of a run by their causes. Immutable.
 *
 * {@snippet file="io/millrace/examples/documentation/MonitorTest.java" region="report"}
 *
 * @param groups the most frequent cause first; at most {@link #MOST_CAUSES}
 * @param others how many failures had further causes
 */
public record FailureReport(List<FailureGroup> groups, long others) {
  /** The most causes that are listed; failures with other causes are counted together. */
  public static final int MOST_CAUSES = 100;

  /** Copies the list. */
  public FailureReport {
    groups = List.copyOf(groups);
  }

  /** How many items have failed. */
  public long failed() {
    return others + groups.stream().mapToLong(FailureGroup::count).sum();
  }

  /** One line for each cause. */
  @Override
  public String toString() {
    StringBuilder lines = new StringBuilder(failed() + " failed");
    for (FailureGroup group : groups) {
      lines.append(
          String.format(
              Locale.ROOT, "%n  %,d x %s, first %s", group.count(), group.cause(), group.sample()));
    }
    if (others > 0) {
      lines.append(String.format(Locale.ROOT, "%n  %,d with other causes", others));
    }
    return lines.toString();
  }
}
