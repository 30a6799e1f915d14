package io.millrace.outcome;

/**
 * The item was not repeated, although its retry policy would have it, because the policy's retry budget is used up.
 * It is suppressed in what the item failed with, unless that may be shared with other items.
 */
public final class RetryRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /**
   * Reports a refusal. It has no stack trace: it says nothing of where the item failed.
   *
   * @param budget the text of the budget
   */
  public RetryRefusedException(String budget) {
    super("not repeated: the retry budget is used up: " + budget, null, false, false);
  }
}
