package io.millrace.testkit.contract;

import io.millrace.Parallel;
import io.millrace.outcome.Outcome;
import io.millrace.outcome.RunStatus;
import io.millrace.plan.Action;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** One way to run an action over items, in a shape that all of them have in common. */
public interface EntryPoint {

  /** What tests call it. */
  String name();

  /** How it differs from others. */
  Set<Trait> traits();

  /** How many outcomes it takes before it hands the first of them on; 1 unless it makes batches. */
  default int batch() {
    return 1;
  }

  /** How many of its actions can run at once. */
  default int most() {
    return Integer.MAX_VALUE;
  }

  /** The options of a test before it chooses its own: for an entry point that is one with an option. */
  default Parallel prepare(Parallel parallel) {
    return parallel;
  }

  /**
   * Runs the action over the items, hands the outcomes to the taker as they are delivered, and returns
   * at the end.
   *
   * @param taker to be closed early when it says so; an entry point that is {@link Trait#SILENT} does
   *     not call it
   * @return how the run ended, where the entry point says so; empty if the taker had enough
   * @throws io.millrace.outcome.TruncatedRunException if the run was cut short, unless it is returned
   * @throws Exception what the run throws, as it throws it; failures of items are none
   */
  <T extends @Nullable Object, R extends @Nullable Object> Optional<RunStatus> run(
      Parallel parallel,
      Iterable<? extends T> items,
      Action<? super T, ? extends R> action,
      Taker<T, R> taker)
      throws Exception;

  /** Who takes the outcomes. */
  @FunctionalInterface
  interface Taker<T extends @Nullable Object, R extends @Nullable Object> {
    /**
     * Takes one outcome; may block.
     *
     * @return false to close the run at once
     */
    boolean take(Outcome<T, R> outcome);
  }
}
