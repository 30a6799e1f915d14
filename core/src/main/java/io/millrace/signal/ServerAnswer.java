package io.millrace.signal;

import java.time.Duration;
import java.util.Objects;

/**
 * What the answer to one attempt tells a limit that learns from answers. Immutable.
 *
 * @param kind whether the attempt was let in
 * @param signals what else the answer says: how long to stay away, and which limits there are
 */
public record ServerAnswer(Kind kind, Signals signals) {
  /** Whether a server lets an attempt in. */
  public enum Kind {
    /** It does, whatever came of the attempt then. */
    GRANTED,
    /** It does not: there were too many, or it has too much to do. */
    REFUSED,
    /** It is broken, or did not answer. */
    FAILED,
    /** Nobody can tell. */
    UNKNOWN
  }

  private static final ServerAnswer GRANTED = new ServerAnswer(Kind.GRANTED, Signals.NONE);
  private static final ServerAnswer REFUSED = new ServerAnswer(Kind.REFUSED, Signals.NONE);
  private static final ServerAnswer FAILED = new ServerAnswer(Kind.FAILED, Signals.NONE);
  private static final ServerAnswer UNKNOWN = new ServerAnswer(Kind.UNKNOWN, Signals.NONE);

  /** Checks the arguments. */
  public ServerAnswer {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(signals, "signals");
  }

  /** The attempt was let in. */
  public static ServerAnswer granted() {
    return GRANTED;
  }

  /** The attempt was refused, because there were too many. */
  public static ServerAnswer refused() {
    return REFUSED;
  }

  /**
   * The attempt was refused, and nobody is to come back before so long.
   *
   * @param retryAfter not negative
   */
  public static ServerAnswer refused(Duration retryAfter) {
    return new ServerAnswer(Kind.REFUSED, Signals.waitFor(retryAfter));
  }

  /** The server is broken, or did not answer. */
  public static ServerAnswer failed() {
    return FAILED;
  }

  /** Nothing is known of how the server took the attempt. */
  public static ServerAnswer unknown() {
    return UNKNOWN;
  }
}
