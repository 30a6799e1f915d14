package io.millrace.testkit.contract;

/** How an entry point differs from others by its nature: some promises mean nothing to it. */
public enum Trait {
  /** Hands out everything at the end, in input order, and refuses completion order. */
  COLLECTS,

  /** Delivers in input order unless asked otherwise. */
  ORDERED,

  /** Hands out no outcomes: they are heard by the listener only, and nobody can close it early. */
  SILENT,

  /** Runs actions without a value: it is null. */
  VALUELESS,

  /**
   * Reads the source in the thread that takes the outcomes. So the source is not sized, one that
   * blocks holds up the outcomes, and the entry point does not learn of an error of the source.
   */
  CALLER_READS,

  /**
   * Runs the actions in the thread that takes the outcomes, one by one and in input order: what waits holds up
   * what comes after it, and what belongs to that thread is seen.
   */
  CALLER_RUNS,

  /**
   * Delivers in a thread of its own: there is no calling thread to run actions in or to interrupt, and
   * closing early does not wait for the end.
   */
  DETACHED
}
