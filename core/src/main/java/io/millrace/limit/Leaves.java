package io.millrace.limit;

import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Leased;
import io.millrace.plan.RateLimit.PerKey;
import io.millrace.signal.ServerAnswer;
import io.millrace.time.TimeSource;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** All the limits that have to grant an attempt: first those of its key, then the common ones. Immutable. */
final class Leaves {
  private final RateLimit limit;
  private final @Nullable Function<@Nullable Object, ?> keys;
  private final int idleKeys;
  private final List<Leaf> ofKey;
  private final List<Leaf> common;
  private final List<Leaf> leaves;
  private final long[] ones;
  private final boolean unitCosts;
  private final boolean settling;
  private final boolean learning;
  private final boolean learningOfKey;
  private final boolean refusing;

  Leaves(RateLimit limit) {
    this.limit = limit;
    PerKey perKey = limit.perKey().orElse(null);
    keys = perKey == null ? null : perKey.key();
    idleKeys = perKey == null ? 0 : perKey.idleKeys();
    ofKey = Leaf.ofKey(limit);
    common = Leaf.common(limit);
    leaves = Stream.concat(ofKey.stream(), common.stream()).toList();
    ones = new long[leaves.size()];
    Arrays.fill(ones, 1);
    unitCosts = leaves.stream().allMatch(leaf -> leaf.cost().equals(Cost.ONE));
    settling = leaves.stream().anyMatch(leaf -> leaf.cost().actual() != null);
    refusing = leaves.stream().anyMatch(Leaf::refuses);
    learningOfKey = ofKey.stream().anyMatch(leaf -> leaf.reader() != null);
    learning = leaves.stream().anyMatch(leaf -> leaf.reader() != null);
  }

  RateLimit limit() {
    return limit;
  }

  /** The kinds of limits whose buckets cannot change. */
  List<String> unchangeable() {
    return leaves.stream()
        .filter(leaf -> !leaf.isChangeable())
        .map(leaf -> leaf.kind().getSimpleName())
        .distinct()
        .toList();
  }

  /** Whether buckets and gates of the other ones, if they can change, can change to these. */
  boolean isLike(Leaves other) {
    if ((keys == null) != (other.keys == null)
        || ofKey.size() != other.ofKey.size()
        || leaves.size() != other.leaves.size()) {
      return false;
    }
    for (int i = 0; i < leaves.size(); i++) {
      if (!leaves.get(i).isLike(other.leaves.get(i))) {
        return false;
      }
    }
    return true;
  }

  /** What the limit's items count towards; null if it is not per key. */
  @Nullable Function<@Nullable Object, ?> keys() {
    return keys;
  }

  /** Whether who waits for one key may have to wait for another one. */
  boolean hasOneLine() {
    return keys == null || !common.isEmpty();
  }

  /** How many keys are remembered though nothing of them counts. */
  int idleKeys() {
    return idleKeys;
  }

  /** Changes the buckets of a limit without keys, or those that all keys have in common. */
  void changeCommon(Bucket[] buckets, long now) {
    change(common, buckets, now);
  }

  /** Changes the buckets of one key. */
  void changeOfKey(Bucket[] buckets, long now) {
    change(ofKey, buckets, now);
  }

  private static void change(List<Leaf> leaves, Bucket[] buckets, long now) {
    for (int i = 0; i < buckets.length; i++) {
      leaves.get(i).change().accept(buckets[i], now);
    }
  }

  /** Whether a key is not limited at all before it is paused, or an attempt on it is refused. */
  boolean areOpenAtFirst() {
    return ofKey.stream().allMatch(Leaf::isOpenAtFirst);
  }

  /** Whether every attempt costs 1 of everything, which is never settled. */
  boolean unitCosts() {
    return unitCosts;
  }

  /** Whether a cost can be settled. */
  boolean settling() {
    return settling;
  }

  /** Whether calls may be refused. */
  boolean refusing() {
    return refusing;
  }

  /** Whether answers are read. */
  boolean learning() {
    return learning;
  }

  /** Whether answers are read that tell something of their key. */
  boolean learningOfKey() {
    return learningOfKey;
  }

  /** What an answer tells each leaf. */
  ServerAnswer[] answers(@Nullable Object result, @Nullable Throwable error, TimeSource clock) {
    ServerAnswer[] answers = new ServerAnswer[leaves.size()];
    for (int i = 0; i < answers.length; i++) {
      boolean isRead = i > 0 && leaves.get(i).reader() == leaves.get(i - 1).reader();
      answers[i] = isRead ? answers[i - 1] : leaves.get(i).answer(result, error, clock);
    }
    return answers;
  }

  /** What an attempt takes of each leaf. */
  long[] costs(@Nullable Object item) {
    return unitCosts ? ones : leaves.stream().mapToLong(leaf -> leaf.costOf(item)).toArray();
  }

  /** What a success has to give back (above 0) to each leaf, or owes it (below 0). */
  long[] excess(RateDemand demand, @Nullable Object item, @Nullable Object value) {
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

  /** The bucket whose permits are leased; null if there is none. */
  @Nullable LeasedBucket leased(long start) {
    return common.stream()
        .filter(leaf -> leaf.kind() == Leased.class)
        .flatMap(leaf -> leaf.leased(start).stream())
        .findFirst()
        .orElse(null);
  }

  private static Bucket[] buckets(List<Leaf> leaves, long start) {
    return leaves.stream().map(leaf -> leaf.bucket().apply(start)).toArray(Bucket[]::new);
  }
}
