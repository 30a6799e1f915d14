package io.millrace.cli.demo;

import java.time.Duration;

/**
 * What the demo is about: a server with its limits and faults, and how it is asked.
 *
 * @param items how many answers are wanted
 * @param quota requests that the server takes in any second
 * @param outageAt the request with which the server goes down for the length of a Retry-After
 * @param stall how long an answer that hangs takes to break off; at zero none hangs
 * @param jobs requests that Millrace has under way at once
 * @param rate requests that Millrace starts in a second; below the quota, for requests that start
 *     evenly do not arrive quite evenly
 * @param timeout Millrace's for one attempt
 */
record Scenario(
    int items, int quota, int outageAt, Duration stall, int jobs, int rate, Duration timeout) {
  static final Duration RETRY_AFTER = Duration.ofSeconds(1);
  static final int NAIVE_TRIES = 5;
  static final Duration NAIVE_PAUSE = Duration.ofMillis(200);
  static final int MILLRACE_ATTEMPTS = 6;

  static Scenario usual() {
    return new Scenario(300, 100, 150, Duration.ofSeconds(3), 16, 70, Duration.ofSeconds(2));
  }

  /** A run that is killed midway: without an outage, and nothing hangs. */
  static Scenario killed() {
    return new Scenario(120, 100, Integer.MAX_VALUE, Duration.ZERO, 16, 70, Duration.ofSeconds(2));
  }

  /** Whether the first answer to an item breaks off in the middle. */
  boolean breaks(int item) {
    return item % 25 == 3;
  }

  /** Whether the first answer to an item hangs: only of early ones, so that the end is not late. */
  boolean stalls(int item) {
    return stall.isPositive() && item < 100 && item % 20 == 11;
  }
}
