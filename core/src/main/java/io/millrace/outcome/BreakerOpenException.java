package io.millrace.outcome;

/** The item was not called, or not again, because a circuit breaker was open, which lets items fail. */
public final class BreakerOpenException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Reports it. It has no stack trace: there may be many. The errors of the item's attempts are suppressed in it.
   *
   * @param breaker the text of the breaker
   */
  public BreakerOpenException(String breaker) {
    super("not called: the circuit breaker is open: " + breaker, null, true, false);
  }
}
