package io.millrace.plan;

import java.util.Objects;

/**
 * A move of an adaptive rate: see {@link RateLimit#adaptive}.
 *
 * @param before attempts a second; infinite for no limit
 * @param after attempts a second
 * @param reason why it moved
 */
public record RateChange(double before, double after, Reason reason) {
  /** Why a rate moves. */
  public enum Reason {
    /** Nothing was refused yet, so it grows fast. */
    STARTING,
    /** An attempt was refused: it goes below the pace that was granted. */
    REFUSED,
    /** After a refusal, it comes back to the pace that was granted. */
    RECOVERING,
    /** Nothing was refused for a while, so it looks for more, slowly at first. */
    PROBING,
    /** Nothing is granted any more, or the server fails: one attempt at a time finds out when that ends. */
    BLOCKED,
    /** Attempts are granted again. */
    ANSWERING
  }

  /** Checks the arguments. */
  public RateChange {
    Objects.requireNonNull(reason, "reason");
  }
}
