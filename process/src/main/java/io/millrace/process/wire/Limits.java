package io.millrace.process.wire;

import java.time.Duration;

/**
 * What the reading of an answer may take.
 *
 * @param memory bytes, of the message and of all that is made of it
 * @param time longer than zero
 */
public record Limits(long memory, Duration time) {
  /** For what comes from a trusted side. */
  static final Limits NONE = new Limits(Long.MAX_VALUE / 4, Duration.ofSeconds(Long.MAX_VALUE));
}
