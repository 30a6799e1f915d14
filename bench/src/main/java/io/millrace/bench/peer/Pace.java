package io.millrace.bench.peer;

import java.time.Duration;

/** How often something may start. */
public sealed interface Pace {
  int permits();

  Duration period();

  /** So many in a period, one at a time. */
  record Even(int permits, Duration period) implements Pace {}

  /** So many in any period, perhaps all at once. */
  record Window(int permits, Duration period) implements Pace {}
}
