package io.millrace.scope;

import org.jspecify.annotations.Nullable;

/** How a block or a task ended: with an error, or with a value, which may be null. */
record Ended<R extends @Nullable Object>(@Nullable R value, @Nullable Throwable error) {
  /** The value, of one that ended with none of the errors. */
  @SuppressWarnings("NullAway") // null only where R may be
  R result() {
    return value;
  }
}
