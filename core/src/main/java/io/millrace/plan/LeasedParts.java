package io.millrace.plan;

import io.millrace.plan.RateLimit.Budget;
import io.millrace.plan.RateLimit.Leased;
import java.util.List;

/** Where a leased limit may stand: there is but one source of it, and so one bucket. */
final class LeasedParts {
  private LeasedParts() {}

  private static long count(RateLimit limit) {
    return limit instanceof Budget budget
        ? budget.limits().stream().mapToLong(LeasedParts::count).sum()
        : limit instanceof Leased ? 1 : 0;
  }

  static void requireAtMostOne(List<RateLimit> limits) {
    long leased = limits.stream().mapToLong(LeasedParts::count).sum();
    if (leased > 1) {
      throw new IllegalArgumentException("RateLimit.all can hold one leased limit, not " + leased);
    }
  }

  static void refusePerKey(RateLimit limit) {
    if (count(limit) > 0) {
      throw new IllegalArgumentException(
          "a leased limit cannot be per key, because it has one source: put it beside the other limit,"
              + " RateLimit.all(leased, other.by(key)), or have a source for each key");
    }
  }
}
