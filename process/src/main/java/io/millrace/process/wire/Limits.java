package io.millrace.process.wire;

import java.time.Duration;

/**
 * What the reading of an answer may take.
 *
 * @param memory bytes, of the message and of all that is made of it
 * @param time longer than zero
 */
public record Limits(long memory, Duration time) {
  /** How large the description of an exception may be at least. */
  public static final int LEAST_DESCRIPTION = 1024;

  private static final int MOST_DESCRIPTION = 8 * 1024 * 1024;

  /* A frame of 20 bytes makes an object and four texts, which take some 13 times as much. */
  private static final int PART_FOR_DESCRIPTION = 32;

  /** For what comes from a trusted side. */
  static final Limits NONE = new Limits(Long.MAX_VALUE / 4, Duration.ofSeconds(Long.MAX_VALUE));

  /** How many bytes the description of an exception may have, so that its reading fits in half of the memory. */
  public int description() {
    return Math.clamp(memory / PART_FOR_DESCRIPTION, LEAST_DESCRIPTION, MOST_DESCRIPTION);
  }

  /** What is left beside so many bytes. */
  public Limits beside(long bytes) {
    return new Limits(memory - bytes, time);
  }
}
