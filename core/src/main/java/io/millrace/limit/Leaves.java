package io.millrace.limit;

import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.signal.ServerAnswer;
import io.millrace.time.TimeSource;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All the limits that have to grant an attempt: first those of its key, then the common ones. Immutable. */
final class Leaves {
  private final List<Leaf> ofKey;
  private final List<Leaf> common;
  private final List<Leaf> leaves;
  private final long[] ones;
  private final boolean unitCosts;
  private final boolean settling;
  private final boolean learning;

  Leaves(RateLimit limit) {
    ofKey = Leaf.ofKey(limit);
    common = Leaf.common(limit);
    leaves = Stream.concat(ofKey.stream(), common.stream()).toList();
    ones = new long[leaves.size()];
    Arrays.fill(ones, 1);
    unitCosts = leaves.stream().allMatch(leaf -> leaf.cost().equals(Cost.ONE));
    settling = leaves.stream().anyMatch(leaf -> leaf.cost().actual() != null);
    learning = leaves.stream().anyMatch(leaf -> leaf.reader() != null);
  }

  /** Whether every attempt costs 1 of everything, which is never settled. */
  boolean unitCosts() {
    return unitCosts;
  }

  /** Whether a cost can be settled. */
  boolean settling() {
    return settling;
  }

  /** Whether answers are read. */
  boolean learning() {
    return learning;
  }

  /** What an answer tells each leaf. */
  ServerAnswer[] answers(@Nullable Object result, @Nullable Throwable error, TimeSource clock) {
    return leaves.stream()
        .map(leaf -> leaf.answer(result, error, clock))
        .toArray(ServerAnswer[]::new);
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

  /** The gate of a limit without keys. */
  Gate gate(Turnstile turnstile, long start) {
    return new Gate(turnstile, null, buckets(common, start));
  }

  /** A gate of a key that nobody has gone through yet. */
  Gate gate(Turnstile turnstile, Key key, @Nullable CommonGate shared, long start) {
    return new Gate(turnstile, key, shared, buckets(ofKey, start));
  }

  /** What the keys have in common; null if there is nothing. */
  @Nullable CommonGate common(Turnstile turnstile, long start) {
    return common.isEmpty()
        ? null
        : new CommonGate(turnstile, ofKey.size(), buckets(common, start));
  }

  private static Bucket[] buckets(List<Leaf> leaves, long start) {
    return leaves.stream().map(leaf -> leaf.bucket().apply(start)).toArray(Bucket[]::new);
  }
}
