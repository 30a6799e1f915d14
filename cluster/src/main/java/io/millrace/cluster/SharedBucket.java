package io.millrace.cluster;

import io.github.bucket4j.BucketConfiguration;
import io.github.bucket4j.BucketState;
import io.github.bucket4j.MathType;
import io.github.bucket4j.distributed.remote.RemoteBucketState;
import io.github.bucket4j.distributed.remote.RemoteStat;
import io.millrace.plan.RateLimit.TokenBucket;
import java.time.Duration;

/**
 * The bucket that all JVMs share, as Bucket4j has it, and the pause of it, for a store in memory. Arithmetic without lock or clock: the
 * store guards it, and its times, in nanoseconds, never run backwards.
 */
final class SharedBucket {
  /* A rate that is no whole number of permits is stretched, so that Bucket4j can count in whole ones. */
  private static final long STRETCH = 1_000;
  private static final double MOST = 1e12;
  /* A period that can be stretched once more: Bucket4j counts it in nanoseconds. */
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / STRETCH);

  private final RemoteBucketState state;
  private final long burst;
  private long pausedUntil;
  private long pauses;
  private long reservations;

  private SharedBucket(RemoteBucketState state, long burst, long now) {
    this.state = state;
    this.burst = burst;
    this.pausedUntil = now;
  }

  static SharedBucket full(TokenBucket rate, long now) {
    BucketState full =
        BucketState.createInitialState(configuration(rate), MathType.INTEGER_64_BITS, now);
    RemoteBucketState state = new RemoteBucketState(full, new RemoteStat(0), null);
    return new SharedBucket(state, (long) rate.burst(), now);
  }

  private static BucketConfiguration configuration(TokenBucket rate) {
    double permits = rate.permits();
    Duration period = rate.period();
    while (permits != Math.rint(permits)
        && permits * STRETCH < MOST
        && period.compareTo(LONGEST) <= 0) {
      permits *= STRETCH;
      period = period.multipliedBy(STRETCH);
    }
    long tokens = Math.max(1, Math.round(permits));
    Duration each = period;
    return BucketConfiguration.builder()
        .addLimit(limit -> limit.capacity((long) rate.burst()).refillGreedy(tokens, each))
        .build();
  }

  long pausedUntil() {
    return pausedUntil;
  }

  PermitStore.Reservation reserve(long permits, long now) {
    if (now < pausedUntil) {
      return new PermitStore.Reservation(Duration.ZERO, reservations, standing(now));
    }
    state.refillAllBandwidth(now);
    long wait = state.calculateDelayNanosAfterWillBePossibleToConsume(permits, now, false);
    state.consume(permits);
    reservations++;
    return new PermitStore.Reservation(Duration.ofNanos(wait), reservations, standing(now));
  }

  PermitStore.Standing giveBack(long permits, long now) {
    if (now >= pausedUntil) {
      state.refillAllBandwidth(now);
      state.addTokens(permits);
    }
    return standing(now);
  }

  /** As much of it as is there. */
  PermitStore.Standing debit(long permits, long now) {
    if (now >= pausedUntil) {
      state.refillAllBandwidth(now);
      state.consume(Math.clamp(state.getAvailableTokens(), 0L, permits));
    }
    return standing(now);
  }

  /** After it one may start, and the others follow at the pace of the limit: what was reserved before counts no more. */
  PermitStore.Standing pause(Duration duration, long now) {
    long until = now + nanos(duration);
    if (until > pausedUntil) {
      pausedUntil = until;
      pauses++;
      state.reset();
      state.refillAllBandwidth(until);
      if (burst > 1) {
        state.consume(burst - 1);
      }
    }
    return standing(now);
  }

  PermitStore.Standing standing(long now) {
    return new PermitStore.Standing(pauses, Duration.ofNanos(Math.max(0, pausedUntil - now)));
  }

  /* A pause of more than 100 years is one of 100 years. */
  private static long nanos(Duration duration) {
    Duration most = Duration.ofDays(36_500);
    return duration.compareTo(most) > 0 ? most.toNanos() : duration.toNanos();
  }
}
