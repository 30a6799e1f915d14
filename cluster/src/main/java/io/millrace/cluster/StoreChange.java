package io.millrace.cluster;

import java.util.Objects;
import java.util.Optional;

/**
 * The store of a shared limit was lost, or is back.
 *
 * @param state what it is now
 * @param share permits a second that this JVM goes on with while the store is lost: what it used in the last 10 s, or in the
 *     time in which the limit makes its burst, or 1.5 times that for which it waits for its turn, if that is longer, and at most the limit's rate; when the store is back, what it went on with
 * @param cause why it was lost; empty if it is back, or if it just does not answer
 */
public record StoreChange(State state, double share, Optional<Throwable> cause) {
  /** Whether the store answers. */
  public enum State {
    /** It fails, or has not answered for a second: this JVM goes on at its last share. */
    LOST,
    /** It answers again. */
    BACK
  }

  /** Checks the arguments. */
  public StoreChange {
    Objects.requireNonNull(state, "state");
    Objects.requireNonNull(cause, "cause");
  }
}
