package io.millrace.engine.terms;

import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Lets the packages beside the root one read how a {@code Parallel} is configured, and change what users cannot,
 * without exporting that to everybody.
 */
public final class ConfigAccess {
  /* Written once, when the class of the first Parallel is initialized, so before it is asked. */
  private static volatile Function<Object, Config> reading =
      parallel -> {
        throw new AssertionError(parallel);
      };

  private static volatile BiFunction<Object, Consumer<Config>, Object> changing =
      (parallel, change) -> {
        throw new AssertionError(parallel);
      };

  private ConfigAccess() {}

  /** Called by the class that has the configuration. */
  public static void by(
      Function<Object, Config> read, BiFunction<Object, Consumer<Config>, Object> change) {
    reading = read;
    changing = change;
  }

  /** A changed copy of a {@code Parallel}. */
  @SuppressWarnings("unchecked")
  public static <P> P changed(P parallel, Consumer<Config> change) {
    return (P) changing.apply(parallel, change);
  }

  /** The configuration of a {@code Parallel}. */
  public static Config configOf(Object parallel) {
    return reading.apply(java.util.Objects.requireNonNull(parallel, "parallel"));
  }
}
