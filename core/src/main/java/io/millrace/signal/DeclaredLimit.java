package io.millrace.signal;

import io.millrace.base.Require;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A limit that a server declares in an answer. Immutable.
 *
 * @param name what the server calls it, for example {@code "requests"}; "default" if it has no name
 * @param unit what it counts
 * @param quota how much it allows in a window, if the answer says so
 * @param remaining how much of it is left, if the answer says so
 * @param resetsIn how long until all of it is there again, if the answer says so
 * @param window how long a window is, if the answer says so
 */
public record DeclaredLimit(
    String name,
    Unit unit,
    OptionalLong quota,
    OptionalLong remaining,
    Optional<Duration> resetsIn,
    Optional<Duration> window) {
  /** What a limit counts. */
  public enum Unit {
    /** Calls. */
    REQUESTS,
    /** Tokens of a language model, of the prompt and of the answer together. */
    TOKENS,
    /** Tokens of the prompt. */
    INPUT_TOKENS,
    /** Tokens of the answer. */
    OUTPUT_TOKENS,
    /** Bytes of content. */
    BYTES,
    /** Calls at one time. */
    CONCURRENT_REQUESTS,
    /** Something else. */
    OTHER
  }

  /** Checks the arguments. */
  public DeclaredLimit {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(unit, "unit");
    quota.ifPresent(value -> requireNotNegative("quota", value));
    remaining.ifPresent(value -> requireNotNegative("remaining", value));
    resetsIn.ifPresent(value -> Require.notNegative("resetsIn", value));
    window.ifPresent(value -> Require.notNegative("window", value));
  }

  private static void requireNotNegative(String name, long value) {
    if (value < 0) {
      throw new IllegalArgumentException(name + " must not be negative, but is " + value);
    }
  }

  /** A limit of which only name and unit are known. */
  public static DeclaredLimit of(String name, Unit unit) {
    return new DeclaredLimit(
        name, unit, OptionalLong.empty(), OptionalLong.empty(), Optional.empty(), Optional.empty());
  }

  /** A copy with this {@code quota}. */
  public DeclaredLimit quota(long quota) {
    return new DeclaredLimit(name, unit, OptionalLong.of(quota), remaining, resetsIn, window);
  }

  /** A copy of which so much is left. */
  public DeclaredLimit remaining(long remaining) {
    return new DeclaredLimit(name, unit, quota, OptionalLong.of(remaining), resetsIn, window);
  }

  /** A copy that is whole again after this time. */
  public DeclaredLimit resetsIn(Duration resetsIn) {
    return new DeclaredLimit(name, unit, quota, remaining, Optional.of(resetsIn), window);
  }

  /** A copy with this window. */
  public DeclaredLimit window(Duration window) {
    return new DeclaredLimit(name, unit, quota, remaining, resetsIn, Optional.of(window));
  }

  /** Whether nothing of it is left. */
  public boolean isUsedUp() {
    return remaining.isPresent() && remaining.getAsLong() == 0;
  }
}
