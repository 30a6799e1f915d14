package io.millrace.plan;

import io.millrace.base.Require;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What the failure of an item, after all its retries, means for the run. */
public sealed interface FailurePolicy {

  /** Failures are data like successes; the run goes on. The default. */
  record CollectAll() implements FailurePolicy {}

  /**
   * The first failure in time ends the run: running work is interrupted, and the call throws that
   * failure, itself and not a wrapper, with others that came meanwhile suppressed.
   */
  record FailFast() implements FailurePolicy {}

  /**
   * The run ends as {@code ABORTED} when this many items have failed.
   *
   * @param failures at least 1
   */
  record StopAfter(int failures) implements FailurePolicy {
    /** Checks the argument. */
    public StopAfter {
      Require.atLeast("failures", failures, 1);
    }
  }

  /**
   * A failed item counts as a success with a substitute value, if what the last attempt threw is an
   * {@link Exception}. An {@link Error} says that the process or the program is broken, so there is no
   * value for it: the item stays a failure, and the run goes on.
   *
   * @param value makes the value from what the last attempt threw, which is always an {@code Exception};
   *     if it throws, the item fails with that
   */
  record Substitute(Function<? super Throwable, ? extends @Nullable Object> value)
      implements FailurePolicy {
    /** Checks the argument. */
    public Substitute {
      Objects.requireNonNull(value, "value");
    }

    @Override
    public String toString() {
      return "Substitute[]";
    }
  }
}
