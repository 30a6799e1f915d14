package io.millrace.cli.demo;

/** What the server makes of a request. */
enum Verdict {
  /** Status 200. */
  ANSWERED,
  /** Status 429 with Retry-After. */
  OVER_QUOTA,
  /** Status 503 with Retry-After. */
  DOWN,
  /** The connection is closed in the middle of the answer. */
  BROKEN_OFF,
  /** No answer for a long time, then the connection is closed. */
  STALLED
}
