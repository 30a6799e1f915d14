package io.millrace.outcome;

import io.millrace.base.Require;
import java.time.Duration;

/** The item was not called, or not again, because it would have waited too long: see {@code Parallel.shedAfter}. */
public final class ShedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Reports it. It has no stack trace: there may be many. The errors of the item's attempts are suppressed in it.
   *
   * @param longest how long it might have waited
   */
  public ShedException(Duration longest) {
    super(
        "not called: it would have waited for longer than " + Require.text(longest),
        null,
        true,
        false);
  }
}
