package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.plan.AnswerReader;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Adaptive;
import io.millrace.plan.RateLimit.Budget;
import io.millrace.plan.RateLimit.PerKey;
import io.millrace.plan.RateLimit.SlidingWindow;
import io.millrace.plan.RateLimit.Spacing;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.RateLimit.Unlimited;
import io.millrace.signal.ServerAnswer;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A limit that is not composed of others.
 *
 * @param cost what an attempt takes of it
 * @param capacity most that an attempt can take
 * @param capacityName what the specification calls the capacity
 * @param reader reads the answers that the bucket learns from; null if it learns nothing
 * @param bucket makes its bucket as of a time
 */
record Leaf(
    Cost cost,
    long capacity,
    String capacityName,
    @Nullable AnswerReader reader,
    LongFunction<Bucket> bucket) {

  /** The limits that each key has on its own. */
  static List<Leaf> ofKey(RateLimit limit) {
    return switch (limit) {
      case PerKey perKey -> common(perKey.limit());
      case Budget budget -> budget.limits().stream().flatMap(part -> ofKey(part).stream()).toList();
      case Unlimited _, Spacing _, TokenBucket _, SlidingWindow _, Adaptive _ -> List.of();
    };
  }

  /** The limits that hold for all keys together. */
  static List<Leaf> common(RateLimit limit) {
    return switch (limit) {
      case Unlimited _ -> List.of(spaced(0));
      case Spacing spacing -> List.of(spaced(nanos(spacing.gap())));
      case TokenBucket level -> List.of(of(level));
      case SlidingWindow window -> List.of(of(window));
      case Adaptive adaptive -> List.of(of(adaptive));
      case Budget budget ->
          budget.limits().stream().flatMap(part -> common(part).stream()).toList();
      case PerKey _ -> List.of();
    };
  }

  private static Leaf spaced(long gap) {
    return new Leaf(Cost.ONE, 1, "", null, start -> new SpacingBucket(gap, start));
  }

  private static Leaf of(TokenBucket limit) {
    Duration period = limit.period();
    double nanosPerPermit = (period.getSeconds() * 1e9 + period.getNano()) / limit.permits();
    return new Leaf(
        limit.cost(),
        (long) limit.burst(),
        "burst",
        null,
        start -> new LevelBucket(nanosPerPermit, limit.burst(), start));
  }

  private static Leaf of(SlidingWindow limit) {
    long length = nanos(limit.length());
    return new Leaf(
        limit.cost(),
        limit.permits(),
        "permits",
        null,
        start -> new WindowBucket(limit.permits(), length, start));
  }

  private static Leaf of(Adaptive limit) {
    return new Leaf(Cost.ONE, 1, "", limit.reader(), start -> new AdaptiveBucket(limit, start));
  }

  /** The duration in nanoseconds, but at most {@link Bucket#LONGEST}. */
  static long nanos(Duration duration) {
    return Math.min(Bucket.LONGEST, Require.nanos(duration));
  }

  /** What an answer tells the bucket. Never throws: what cannot be read tells nothing. */
  ServerAnswer answer(@Nullable Object result, @Nullable Throwable error, TimeSource clock) {
    try {
      return reader == null ? ServerAnswer.unknown() : reader.read(result, error, clock.now());
    } catch (Throwable unreadable) {
      return ServerAnswer.unknown();
    }
  }

  long costOf(@Nullable Object item) {
    long permits = cost.of(item);
    if (permits > capacity) {
      throw new IllegalArgumentException(
          "cost must be at most the capacity %d (the limit's %s), not %d: raise the %s or split the item"
              .formatted(capacity, capacityName, permits, capacityName));
    }
    return permits;
  }
}
