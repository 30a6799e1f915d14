package io.millrace.engine.claim;

/** Why an attempt is interrupted. */
public enum Interruption {
  ATTEMPT_TIMEOUT,
  ITEM_TIMEOUT,
  RUN_ENDED,
  /** The other call of the attempt has its answer, or the attempt needs none any more. */
  HEDGED
}
