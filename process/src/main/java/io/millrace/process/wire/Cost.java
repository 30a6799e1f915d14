package io.millrace.process.wire;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How many steps something takes at worst. A reference to an object that is still being read takes as many steps as
 * that object turns out to have: so such references are counted, and resolved when the cost is asked for. Used by one
 * thread.
 */
final class Cost {
  static final long ENDLESS = Long.MAX_VALUE / 4;

  /* Chains of objects that refer to each other while they are read. */
  private static final int MOST_OPEN = 8;
  private static final int MOST_DEEP = 3;

  private long steps;

  /* By identity: costs have no equals. */
  private @Nullable Map<Cost, Long> open;

  Cost(long steps) {
    this.steps = steps;
  }

  /** Adds so many steps. */
  void add(long more) {
    steps = plus(steps, more);
  }

  /**
   * Adds so many times what another one is.
   *
   * @param complete whether the other one will not change any more
   */
  void add(Cost other, boolean complete, long times) {
    if (!complete) {
      addOpen(other, times);
      return;
    }
    steps = plus(steps, times(other.steps, times));
    if (other.open != null) {
      other.open.forEach((cost, count) -> addOpen(cost, times(count, times)));
    }
  }

  private void addOpen(Cost other, long times) {
    if (other == this) {
      return; // A cycle ends in a stack overflow, at once.
    }
    if (open == null) {
      open = new HashMap<>();
    }
    if (open.size() == MOST_OPEN && !open.containsKey(other)) {
      steps = ENDLESS;
    } else {
      open.merge(other, times, Cost::plus);
    }
  }

  /** How many objects it depends on that were still being read. */
  int open() {
    return open == null ? 0 : open.size();
  }

  /** How many steps that is now. */
  long steps() {
    return steps(MOST_DEEP);
  }

  private long steps(int depth) {
    if (open == null) {
      return steps;
    }
    if (depth == 0) {
      return ENDLESS;
    }
    long all = steps;
    for (Map.Entry<Cost, Long> each : open.entrySet()) {
      if (each.getKey() != this) {
        all = plus(all, times(each.getKey().steps(depth - 1), each.getValue()));
      }
    }
    return all;
  }

  private static long plus(long one, long other) {
    return Math.min(ENDLESS, one + other);
  }

  private static long times(long one, long other) {
    return one == 0 || other <= ENDLESS / one ? one * other : ENDLESS;
  }
}
