package io.millrace.engine.watch;

import io.millrace.base.ShortLock;
import io.millrace.outcome.FailureGroup;
import io.millrace.outcome.FailureReport;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts failures by cause; of a bounded number of causes, each with one sample. Thread-safe. */
public final class Causes {
  /* Guards everything below: whoever counts races with whoever counts or reads. */
  private final ShortLock lock = new ShortLock();
  private final Map<String, Group> groups = new HashMap<>();
  private long others;

  private static final class Group {
    private final long index;
    private final String sample;
    private long count;

    Group(long index, String sample) {
      this.index = index;
      this.sample = sample;
    }
  }

  /** Whether a sample is of no use. */
  public boolean has(String cause) {
    lock.lock();
    try {
      return groups.containsKey(cause) || groups.size() >= FailureReport.MOST_CAUSES;
    } finally {
      lock.unlock();
    }
  }

  /** An item has failed. */
  public void count(String cause, long index, String sample) {
    lock.lock();
    try {
      Group group = groups.get(cause);
      if (group == null && groups.size() < FailureReport.MOST_CAUSES) {
        group = new Group(index, sample);
        groups.put(cause, group);
      }
      if (group == null) {
        others++;
      } else {
        group.count++;
      }
    } finally {
      lock.unlock();
    }
  }

  /** What was counted so far. */
  public FailureReport report() {
    List<FailureGroup> all = new ArrayList<>();
    long rest;
    lock.lock();
    try {
      for (Map.Entry<String, Group> each : groups.entrySet()) {
        Group group = each.getValue();
        all.add(new FailureGroup(each.getKey(), group.count, group.index, group.sample));
      }
      rest = others;
    } finally {
      lock.unlock();
    }
    all.sort(
        Comparator.comparingLong(FailureGroup::count)
            .reversed()
            .thenComparing(FailureGroup::cause));
    return new FailureReport(all, rest);
  }
}
