package io.millrace.plan;

import io.millrace.base.Require;
import io.millrace.base.Shown;
import java.time.Duration;
import java.util.Objects;
import java.util.random.RandomGenerator;

/**
 * How long to wait before a retry: {@code base * factor^(retry - 1)}, at most {@code cap}, spread by {@code
 * jitter}. With jitter as well, no wait is longer than the cap. Immutable.
 *
 * @param base the wait before the first retry, not negative
 * @param factor what each further wait is multiplied by, at least 1
 * @param cap the longest wait, not negative
 * @param jitter how chance spreads the wait
 */
public record Backoff(Duration base, double factor, Duration cap, Jitter jitter) {
  private static final Duration DEFAULT_CAP = Duration.ofSeconds(30);

  /** Checks the arguments. */
  public Backoff {
    Require.notNegative("backoff base", base);
    Require.notNegative("backoff cap", cap);
    Objects.requireNonNull(jitter, "jitter");
    if (!(factor >= 1) || Double.isInfinite(factor)) {
      throw new IllegalArgumentException(
          "backoff factor must be a finite number of at least 1, not " + factor);
    }
  }

  /** No wait at all. */
  public static Backoff none() {
    return fixed(Duration.ZERO);
  }

  /** Always the same wait, without jitter. */
  public static Backoff fixed(Duration wait) {
    return new Backoff(wait, 1, wait, Jitter.NONE);
  }

  /** Waits that double from {@code base} up to 30 s, or up to the base if that is longer, with full jitter. */
  public static Backoff exponential(Duration base) {
    Require.notNegative("backoff base", base);
    Duration cap = base.compareTo(DEFAULT_CAP) > 0 ? base : DEFAULT_CAP;
    return new Backoff(base, 2, cap, Jitter.FULL);
  }

  /** A copy with another factor. */
  public Backoff factor(double factor) {
    return new Backoff(base, factor, cap, jitter);
  }

  /** A copy with another longest wait. */
  public Backoff cap(Duration cap) {
    return new Backoff(base, factor, cap, jitter);
  }

  /** A copy with another jitter. */
  public Backoff jitter(Jitter jitter) {
    return new Backoff(base, factor, cap, jitter);
  }

  /**
   * The wait before a retry.
   *
   * @param retry which retry, from 1
   * @param random where chance comes from
   * @return nanoseconds, from 0 to the cap
   */
  public long delayNanos(int retry, RandomGenerator random) {
    return jitter.spread(longestNanos(retry), random);
  }

  /** A random part of the wait before a retry; nothing if there is no jitter. */
  long spreadNanos(int retry, RandomGenerator random) {
    return jitter == Jitter.NONE ? 0 : Jitter.FULL.spread(longestNanos(retry), random);
  }

  /* Jitter only shortens it. */
  private long longestNanos(int retry) {
    Require.atLeast("retry", retry, 1);
    double grown = Require.nanos(base) * Math.pow(factor, retry - 1.0);
    return (long) Math.min(grown, (double) Require.nanos(cap));
  }

  @Override
  public String toString() {
    return new Shown("Backoff")
        .option("base", base, null)
        .option("factor", factor, 1.0)
        .option("cap", cap, base)
        .option("jitter", jitter, Jitter.NONE)
        .toString();
  }
}
