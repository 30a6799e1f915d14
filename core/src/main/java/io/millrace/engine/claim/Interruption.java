package io.millrace.engine.claim;

/** Why an attempt is interrupted. */
public enum Interruption {
  ATTEMPT_TIMEOUT,
  ITEM_TIMEOUT,
  RUN_ENDED
}
