package io.millrace.plan;

import io.millrace.base.Require;

/**
 * What the failure of an item, after all its retries, means for the run. An item that got a value in place of
 * its failure has not failed: see {@code ParallelFunction.orElse}.
 */
public sealed interface FailurePolicy {

  /** Failures are data like successes; the run goes on. The default. */
  record CollectAll() implements FailurePolicy {}

  /**
   * The first failure in time ends the run: running work is interrupted, and the call throws that failure,
   * itself and not a wrapper. Failures that came meanwhile are suppressed in it.
   */
  record FailFast() implements FailurePolicy {}

  /**
   * The run ends as {@code ABORTED} when this many items have failed. What runs finishes, so a few more may fail; nothing
   * new starts, retries included.
   *
   * @param failures at least 1
   */
  record StopAfter(int failures) implements FailurePolicy {
    /** Checks the argument. */
    public StopAfter {
      Require.atLeast("failures", failures, 1);
    }
  }
}
