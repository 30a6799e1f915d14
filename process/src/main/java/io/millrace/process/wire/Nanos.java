package io.millrace.process.wire;

import java.time.Duration;

/** Durations as nanoseconds that can be added to a clock: the longest are 73 years. */
public final class Nanos {
  private static final Duration LONGEST = Duration.ofNanos(Long.MAX_VALUE / 4);

  private Nanos() {}

  /** Of a duration that is not negative. */
  public static long of(Duration duration) {
    return duration.compareTo(LONGEST) < 0 ? duration.toNanos() : LONGEST.toNanos();
  }
}
