package io.millrace.engine;

/** Why an attempt is interrupted. */
enum Interruption {
  ATTEMPT_TIMEOUT,
  ITEM_TIMEOUT,
  RUN_ENDED
}
