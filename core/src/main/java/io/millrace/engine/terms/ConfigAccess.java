package io.millrace.engine.terms;

import java.util.function.Function;

/**
 * Lets the packages beside the root one read how a {@code Parallel} is configured, without exporting
 * that to everybody.
 */
public final class ConfigAccess {
  /* Written once, when the class of the first Parallel is initialized, so before it is asked. */
  private static volatile Function<Object, Config> reading =
      parallel -> {
        throw new AssertionError(parallel);
      };

  private ConfigAccess() {}

  /** Called by the class that has the configuration. */
  public static void readBy(Function<Object, Config> function) {
    reading = function;
  }

  /** The configuration of a {@code Parallel}. */
  public static Config configOf(Object parallel) {
    return reading.apply(java.util.Objects.requireNonNull(parallel, "parallel"));
  }
}
