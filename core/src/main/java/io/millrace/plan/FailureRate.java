package io.millrace.plan;

import io.millrace.base.Require;

/**
 * The run ends as {@code ABORTED} when more than this share of its last items has failed, whatever their number in
 * all.
 *
 * @param most from 0 to 1, where 1 never ends the run
 * @param items how many of the last items count, at least 1; as long as fewer have been tried, nothing ends
 */
public record FailureRate(double most, int items) {
  /** Checks the arguments. */
  public FailureRate {
    if (!(most >= 0 && most <= 1)) {
      throw new IllegalArgumentException("most must be from 0 to 1, not " + most);
    }
    Require.atLeast("items", items, 1);
  }
}
