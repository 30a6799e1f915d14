package io.millrace.outcome;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

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

  private static final Comparator<FailureGroup> MOST_FREQUENT_FIRST =
      Comparator.comparingLong(FailureGroup::count).reversed().thenComparing(FailureGroup::cause);

  /** Copies the list. */
  public FailureReport {
    groups = List.copyOf(groups);
  }

  /** How many items have failed. */
  public long failed() {
    return others + groups.stream().mapToLong(FailureGroup::count).sum();
  }

  /** Both together. Where both have a cause, the item is that of this one. */
  public FailureReport plus(FailureReport other) {
    if (other.groups.isEmpty()) {
      return other.others == 0 ? this : new FailureReport(groups, others + other.others);
    }
    Map<String, FailureGroup> all = new LinkedHashMap<>();
    groups.forEach(group -> all.put(group.cause(), group));
    long rest = others + other.others;
    for (FailureGroup group : other.groups) {
      if (all.containsKey(group.cause()) || all.size() < MOST_CAUSES) {
        all.merge(group.cause(), group, FailureGroup::plus);
      } else {
        rest += group.count();
      }
    }
    List<FailureGroup> sorted = new ArrayList<>(all.values());
    sorted.sort(MOST_FREQUENT_FIRST);
    return new FailureReport(sorted, rest);
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
