package io.millrace.engine;

import org.jspecify.annotations.Nullable;

/** What is to become of an item: decided with the user's functions, done when its claim is sealed. */
sealed interface Verdict {

  /** What the item fails with by this; null if it does not. */
  default @Nullable Throwable failure() {
    return switch (this) {
      case Fail(var error) -> error;
      case EndRun(var error) -> error;
      case Succeed _, Substitute _, Break _, Repeat _ -> null;
    };
  }

  /** It is a success with this value. */
  record Succeed(@Nullable Object value) implements Verdict {}

  /** It has failed for good, and is a success with this value all the same. */
  record Substitute(@Nullable Object value, Throwable error) implements Verdict {}

  /** What came of it cannot be kept: the run ends with this error. */
  record Break(Throwable error) implements Verdict {}

  /** It is tried again. */
  record Repeat(Throwable error, long delayNanos) implements Verdict {}

  /** It has failed for good, and so would all others: the run ends, and what runs finishes. */
  record EndRun(Throwable error) implements Verdict {}

  /** It has failed for good. */
  record Fail(Throwable error) implements Verdict {}
}
