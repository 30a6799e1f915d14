package io.millrace.hammer;

/** What ends a run, if it does not complete by itself. */
enum Ending {
  /** Nothing; or attempts and items that time out, which does not end a run. */
  COMPLETION,
  /** The action stops a token at one of its calls. */
  TOKEN,
  RUN_TIMEOUT,
  MAX_FAILURES,
  FAIL_FAST,
  /** The consumer has enough and closes. */
  EARLY_CLOSE,
  /** Another thread closes while the consumer takes. */
  CLOSE_BY_ANOTHER,
  /** Somebody interrupts the thread that waits for the run. */
  INTERRUPT,
  /** The source throws instead of giving an item. */
  BROKEN_SOURCE,
  /** The listener throws at one of its calls. */
  BROKEN_LISTENER;

  /** Whether a failure policy brings it about. */
  boolean setsPolicy() {
    return this == MAX_FAILURES || this == FAIL_FAST;
  }

  /** Whether the consumer is to hear of it, where it asks to be told that a run was cut short. */
  boolean isTruncation() {
    return this == TOKEN || this == RUN_TIMEOUT || this == MAX_FAILURES;
  }
}
