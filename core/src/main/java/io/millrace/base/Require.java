package io.millrace.base;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Objects;

/** Checks of arguments, with messages that name the argument, the value and what is allowed. */
public final class Require {
  /** The duration that stands for "never": {@link ChronoUnit#FOREVER}. */
  public static final Duration NEVER = ChronoUnit.FOREVER.getDuration();

  /** Longer durations count as never, so that sums with a time do not overflow. */
  public static final Duration LONGEST = Duration.ofDays(36_500);

  private Require() {}

  /** Returns {@code value} if it is at least {@code least}. */
  public static int atLeast(String name, int value, int least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is at least {@code least}. */
  public static long atLeast(String name, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(name + " must be at least " + least + ", not " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is finite and more than 0. */
  public static double positive(String name, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(name + " must be a finite number above 0, not " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is longer than zero. */
  public static Duration positive(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative() || value.isZero()) {
      throw new IllegalArgumentException(name + " must be longer than zero, not " + value);
    }
    return value;
  }

  /** Returns {@code value} if it is not negative. */
  public static Duration notNegative(String name, Duration value) {
    Objects.requireNonNull(value, name);
    if (value.isNegative()) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + value);
    }
    return value;
  }

  /** A duration for people, for example "5s" or "1m30s". */
  public static String text(Duration duration) {
    return duration.toString().substring("PT".length()).toLowerCase(Locale.ROOT);
  }

  /** The duration in nanoseconds; {@link Long#MAX_VALUE}, for never, if it is over 100 years. */
  public static long nanos(Duration duration) {
    return duration.compareTo(LONGEST) > 0 ? Long.MAX_VALUE : duration.toNanos();
  }
}
