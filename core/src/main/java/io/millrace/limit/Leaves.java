package io.millrace.limit;

import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** All the limits that have to grant an attempt. Immutable. */
final class Leaves {
  private final List<Leaf> leaves;
  private final long[] ones;
  private final boolean unitCosts;
  private final boolean settling;

  Leaves(RateLimit limit) {
    leaves = Leaf.of(limit);
    ones = new long[leaves.size()];
    Arrays.fill(ones, 1);
    unitCosts = leaves.stream().allMatch(leaf -> leaf.cost().equals(Cost.ONE));
    settling = leaves.stream().anyMatch(leaf -> leaf.cost().actual() != null);
  }

  /** Whether every attempt costs 1 of everything, which is never settled. */
  boolean unitCosts() {
    return unitCosts;
  }

  /** Whether a cost can be settled. */
  boolean settling() {
    return settling;
  }

  /** What an attempt takes of each leaf. */
  long[] costs(@Nullable Object item) {
    return unitCosts ? ones : leaves.stream().mapToLong(leaf -> leaf.costOf(item)).toArray();
  }

  /** What a success has to give back (above 0) to each leaf, or owes it (below 0). */
  long[] excess(Demand demand, @Nullable Object item, @Nullable Object value) {
    long[] excess = new long[leaves.size()];
    for (int i = 0; i < excess.length; i++) {
      excess[i] = leaves.get(i).cost().excess(demand.cost(i), item, value);
    }
    return excess;
  }

  /** A gate nobody has gone through yet. */
  Gate gate(Turnstile turnstile, @Nullable Key key, long start) {
    return new Gate(
        turnstile,
        key,
        leaves.stream().map(leaf -> leaf.bucket().apply(start)).toArray(Bucket[]::new));
  }
}
