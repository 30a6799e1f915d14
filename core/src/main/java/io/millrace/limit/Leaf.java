package io.millrace.limit;

import io.millrace.base.Require;
import io.millrace.plan.AnswerReader;
import io.millrace.plan.Cost;
import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.Adaptive;
import io.millrace.plan.RateLimit.Breaker;
import io.millrace.plan.RateLimit.Budget;
import io.millrace.plan.RateLimit.Declared;
import io.millrace.plan.RateLimit.Leased;
import io.millrace.plan.RateLimit.PerKey;
import io.millrace.plan.RateLimit.SlidingWindow;
import io.millrace.plan.RateLimit.Spacing;
import io.millrace.plan.RateLimit.TokenBucket;
import io.millrace.plan.RateLimit.Unlimited;
import io.millrace.signal.DeclaredLimit.Unit;
import io.millrace.signal.ServerAnswer;
import io.millrace.time.TimeSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.LongFunction;
import java.util.function.ObjLongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A limit that is not composed of others.
 *
 * @param kind of the limit
 * @param cost what an attempt takes of it
 * @param capacity most that an attempt can take
 * @param capacityName what the specification calls the capacity
 * @param reader reads the answers that the bucket learns from; null if it learns nothing
 * @param refuses whether it may refuse calls instead of having them wait
 * @param isOpenAtFirst whether its bucket limits nothing before it is paused or told of a refusal
 * @param bucket makes its bucket as of a time
 * @param change changes a bucket of this kind, as of a time, to one of this limit
 */
record Leaf(
    Class<?> kind,
    Cost cost,
    long capacity,
    String capacityName,
    @Nullable AnswerReader reader,
    boolean refuses,
    boolean isOpenAtFirst,
    LongFunction<Bucket> bucket,
    ObjLongConsumer<Bucket> change) {
  private static final ObjLongConsumer<Bucket> NO_CHANGE =
      (bucket, _) -> {
        throw new AssertionError(bucket);
      };

  /** The limits that each key has on its own. */
  static List<Leaf> ofKey(RateLimit limit) {
    return switch (limit) {
      case PerKey perKey -> common(perKey.limit());
      case Budget budget -> budget.limits().stream().flatMap(part -> ofKey(part).stream()).toList();
      case Unlimited _,
          Spacing _,
          TokenBucket _,
          SlidingWindow _,
          Adaptive _,
          Declared _,
          Breaker _,
          Leased _ ->
          List.of();
    };
  }

  /** The limits that hold for all keys together. */
  static List<Leaf> common(RateLimit limit) {
    return switch (limit) {
      case Unlimited _ -> List.of(spaced(Unlimited.class, 0));
      case Spacing spacing -> List.of(spaced(Spacing.class, nanos(spacing.gap())));
      case TokenBucket level -> List.of(of(level));
      case SlidingWindow window -> List.of(of(window));
      case Adaptive adaptive -> List.of(of(adaptive));
      case Declared declared -> of(declared);
      case Breaker breaker -> List.of(of(breaker));
      case Leased leased -> List.of(of(leased));
      case Budget budget ->
          budget.limits().stream().flatMap(part -> common(part).stream()).toList();
      case PerKey _ -> List.of();
    };
  }

  private static Leaf spaced(Class<? extends RateLimit> kind, long gap) {
    return new Leaf(
        kind,
        Cost.ONE,
        1,
        "",
        null,
        false,
        kind == Unlimited.class,
        start -> new SpacingBucket(gap, start),
        (bucket, _) -> ((SpacingBucket) bucket).change(gap));
  }

  private static Leaf of(TokenBucket limit) {
    Duration period = limit.period();
    double nanosPerPermit = (period.getSeconds() * 1e9 + period.getNano()) / limit.permits();
    return new Leaf(
        TokenBucket.class,
        limit.cost(),
        (long) limit.burst(),
        "burst",
        null,
        false,
        false,
        start -> new LevelBucket(nanosPerPermit, limit.burst(), start),
        (bucket, now) -> ((LevelBucket) bucket).change(now, nanosPerPermit, limit.burst()));
  }

  private static Leaf of(SlidingWindow limit) {
    long length = nanos(limit.length());
    return new Leaf(
        SlidingWindow.class,
        limit.cost(),
        limit.permits(),
        "permits",
        null,
        false,
        false,
        start -> new WindowBucket(limit.permits(), length, start),
        (bucket, now) -> ((WindowBucket) bucket).change(now, limit.permits(), length));
  }

  /** Whether its bucket can change. One that knows what it has learnt, or has its permits from elsewhere, cannot. */
  boolean isChangeable() {
    return change != NO_CHANGE;
  }

  /** Whether a bucket of the other one can change to this one, and costs are asked for alike. */
  boolean isLike(Leaf other) {
    return kind == other.kind
        && cost.equals(Cost.ONE) == other.cost.equals(Cost.ONE)
        && (cost.actual() == null) == (other.cost.actual() == null);
  }

  private static Leaf of(Adaptive limit) {
    return new Leaf(
        Adaptive.class,
        Cost.ONE,
        1,
        "",
        limit.reader().ofRefusals(),
        false,
        limit.isUnlimitedAtFirst(),
        start -> new AdaptiveBucket(limit, start),
        NO_CHANGE);
  }

  /* One for requests, and one for each other unit of which attempts take something. */
  private static List<Leaf> of(Declared limit) {
    List<Leaf> leaves = new ArrayList<>();
    Cost requests = limit.costs().getOrDefault(Unit.REQUESTS, Cost.ONE);
    leaves.add(of(limit, requests, start -> new DeclaredBucket(limit, start)));
    long longestWait = nanos(limit.undeclared().longestWait());
    limit
        .costs()
        .forEach(
            (unit, cost) -> {
              if (unit != Unit.REQUESTS) {
                leaves.add(of(limit, cost, start -> new UnitBucket(unit, 0, longestWait, start)));
              }
            });
    return leaves;
  }

  private static Leaf of(Declared limit, Cost cost, LongFunction<Bucket> bucket) {
    return new Leaf(
        Declared.class,
        cost,
        Long.MAX_VALUE,
        "",
        limit.undeclared().reader(),
        false,
        false,
        bucket,
        NO_CHANGE);
  }

  private static Leaf of(Breaker limit) {
    boolean refuses = limit.whenOpen() == Breaker.Open.FAIL;
    return new Leaf(
        Breaker.class,
        Cost.ONE,
        1,
        "",
        limit.reader(),
        refuses,
        false,
        start -> new BreakerBucket(limit, start),
        NO_CHANGE);
  }

  private static Leaf of(Leased limit) {
    LeasedBucket bucket = new LeasedBucket(limit);
    return new Leaf(
        Leased.class,
        limit.cost(),
        limit.most(),
        "most",
        null,
        true,
        false,
        bucket::begunAt,
        NO_CHANGE);
  }

  /** Its bucket if its permits are leased: there is but one. */
  Optional<LeasedBucket> leased(long start) {
    return bucket.apply(start) instanceof LeasedBucket leased
        ? Optional.of(leased)
        : Optional.empty();
  }

  /** The duration in nanoseconds, but at most {@link Bucket#LONGEST}. */
  static long nanos(Duration duration) {
    return Math.min(Bucket.LONGEST, Require.nanos(duration));
  }

  /** What an answer tells the bucket. Never throws: what cannot be read tells nothing. */
  ServerAnswer answer(@Nullable Object result, @Nullable Throwable error, TimeSource clock) {
    try {
      return reader == null
          ? ServerAnswer.unknown()
          : Objects.requireNonNull(reader.read(result, error, clock.now()), "answer");
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
