package io.millrace.cluster;

import io.millrace.plan.RateLimit;
import io.millrace.plan.RateLimit.TokenBucket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * A rate that several JVMs keep together: the specification. {@link SharedRateLimiter} is one JVM's part of it. Immutable.
 *
 * @param name by which the JVMs find each other in the store: a letter or digit, then at most 99 of these and of {@code . _ : -}
 * @param rate what all of them together may start; at most a billion permits a second, and at least one in 10,000 days, which is
 *     also the longest period. Costs are asked for in each JVM, and what an attempt turned out to cost is settled there
 * @param beside further limits, each of them of this JVM alone, for example {@code RateLimit.adaptive()}; none by default
 * @param listener hears that the store was lost, or is back: one change after the other, without a lock, in a thread of its own, so it
 *     may block; what it throws is logged. By default there is none. The change is logged in any case
 */
public record SharedLimit(
    String name, TokenBucket rate, List<RateLimit> beside, Consumer<? super StoreChange> listener) {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}");
  private static final double NANOS = 1e9;
  /* What stores can count in whole numbers. */
  private static final Duration LONGEST = Duration.ofDays(10_000);
  private static final Consumer<StoreChange> NOBODY = change -> {};

  /** Checks the arguments. */
  public SharedLimit {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(rate, "rate");
    Objects.requireNonNull(listener, "listener");
    beside = List.copyOf(beside);
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "name must be a letter or digit, followed by at most 99 letters, digits and . _ : - of ASCII, not: "
              + (name.length() > 120 ? name.substring(0, 120) + "…" : name));
    }
    if (rate.permits() / seconds(rate) > NANOS) {
      throw new IllegalArgumentException(
          "rate must be at most 1,000,000,000 permits a second, not " + rate);
    }
    if (rate.period().compareTo(LONGEST) > 0
        || seconds(rate) / rate.permits() > LONGEST.toSeconds()) {
      throw new IllegalArgumentException(
          "rate must have at least one permit in 10,000 days, and a period that is no longer, not "
              + rate);
    }
    if (rate.burst() > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "the rate's burst must be at most " + Integer.MAX_VALUE + ", not " + rate.burst());
    }
  }

  /** A rate under a name. */
  public static SharedLimit of(String name, TokenBucket rate) {
    return new SharedLimit(name, rate, List.of(), NOBODY);
  }

  /**
   * A copy in which an attempt needs permits of another limit as well, in this JVM: an adaptive or a declared one, or one per
   * key.
   */
  public SharedLimit beside(RateLimit limit) {
    List<RateLimit> more = new ArrayList<>(beside);
    more.add(limit);
    return new SharedLimit(name, rate, more, listener);
  }

  /** A copy whose listener hears that the store was lost, or is back. */
  public SharedLimit onChange(Consumer<? super StoreChange> listener) {
    return new SharedLimit(name, rate, beside, listener);
  }

  double perSecond() {
    return rate.permits() / seconds(rate);
  }

  private static double seconds(TokenBucket rate) {
    return rate.period().toSeconds() + rate.period().toNanosPart() / NANOS;
  }

  @Override
  public String toString() {
    return "SharedLimit[name=" + name + ", rate=" + rate + ", beside=" + beside + "]";
  }
}
