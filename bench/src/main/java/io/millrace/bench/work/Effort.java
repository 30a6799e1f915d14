package io.millrace.bench.work;

import java.time.Duration;

/** How much time there is. */
public enum Effort {
  /** A coarse picture. */
  QUICK(Duration.ofMillis(150), Duration.ofMillis(20), 3, Duration.ofMillis(200)),
  FULL(Duration.ofMillis(700), Duration.ofMillis(100), 5, Duration.ofSeconds(2));

  private final Duration warmUp;
  private final Duration sample;
  private final int closeSamples;
  private final Duration closeTime;

  Effort(Duration warmUp, Duration sample, int closeSamples, Duration closeTime) {
    this.warmUp = warmUp;
    this.sample = sample;
    this.closeSamples = closeSamples;
    this.closeTime = closeTime;
  }

  /** How long an entry is warmed up at least. */
  public Duration warmUp() {
    return warmUp;
  }

  /** How many samples a round takes at most of what is compared closely. */
  public int closeSamples() {
    return closeSamples;
  }

  /** When such a round takes no more samples. */
  public Duration closeTime() {
    return closeTime;
  }

  /** How long a sample of something short takes at least. */
  Duration sample() {
    return sample;
  }

  int pick(int quick, int full) {
    return this == QUICK ? quick : full;
  }
}
