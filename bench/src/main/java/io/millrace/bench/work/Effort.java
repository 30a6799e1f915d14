package io.millrace.bench.work;

import java.time.Duration;

/** How much time there is. */
public enum Effort {
  /** A coarse picture. */
  QUICK(Duration.ofMillis(150), Duration.ofMillis(20)),
  FULL(Duration.ofMillis(700), Duration.ofMillis(100));

  private final Duration warmUp;
  private final Duration sample;

  Effort(Duration warmUp, Duration sample) {
    this.warmUp = warmUp;
    this.sample = sample;
  }

  /** How long an entry is warmed up at least. */
  public Duration warmUp() {
    return warmUp;
  }

  /** How long a sample of something short takes at least. */
  Duration sample() {
    return sample;
  }

  int pick(int quick, int full) {
    return this == QUICK ? quick : full;
  }
}
