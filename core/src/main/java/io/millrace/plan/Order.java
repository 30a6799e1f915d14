package io.millrace.plan;

/** In which order outcomes are delivered. */
public enum Order {
  /**
   * The order that the entry point has by default: {@code map}, {@code batches} and {@code gatherer} deliver
   * in input order, the others in completion order.
   */
  NATURAL,
  /** As in the source; outcomes that are early wait inside the window. */
  INPUT,
  /** As they come. */
  COMPLETION
}
