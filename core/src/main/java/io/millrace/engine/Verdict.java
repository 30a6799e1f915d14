package io.millrace.engine;

import org.jspecify.annotations.Nullable;

/** What is to become of an item: decided with the user's functions, done when its claim is sealed. */
sealed interface Verdict {

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
