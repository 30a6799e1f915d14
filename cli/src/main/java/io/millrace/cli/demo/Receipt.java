package io.millrace.cli.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a server wrote down, by its own clock.
 *
 * @param arrivals all requests, in the order in which they came
 * @param refusals all answers that asked to stay away
 */
record Receipt(List<Arrival> arrivals, List<Refusal> refusals) {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  /** A request came. */
  record Arrival(int item, long nanos, Verdict verdict) {}

  /**
   * A request was told to come back later.
   *
   * @param nanos just before the answer left, so that nobody can have known of it earlier
   */
  record Refusal(int item, long nanos) {

    /** Whether that is in the time in which the server asked to be left alone. */
    boolean forbids(Arrival arrival) {
      long since = arrival.nanos() - nanos;
      return since > 0 && since < Scenario.RETRY_AFTER.toNanos();
    }
  }

  /** Copies the lists: the server may still write. */
  Receipt {
    arrivals = List.copyOf(arrivals);
    refusals = List.copyOf(refusals);
  }

  long count(Verdict verdict) {
    return arrivals.stream().filter(arrival -> arrival.verdict() == verdict).count();
  }

  /** How often each item was answered; items that never were are not in it. */
  Map<Integer, Long> answersByItem() {
    return arrivals.stream()
        .filter(arrival -> arrival.verdict() == Verdict.ANSWERED)
        .collect(Collectors.groupingBy(Arrival::item, Collectors.counting()));
  }

  /** The most requests in any second, wherever it begins. */
  long mostInAnySecond() {
    int most = 0;
    int first = 0;
    for (int last = 0; last < arrivals.size(); last++) {
      while (arrivals.get(last).nanos() - arrivals.get(first).nanos() >= SECOND) {
        first++;
      }
      most = Math.max(most, last - first + 1);
    }
    return most;
  }

  /** Requests that came while the server had asked anybody to stay away. */
  long whileForbidden() {
    return arrivals.stream()
        .filter(arrival -> refusals.stream().anyMatch(refusal -> refusal.forbids(arrival)))
        .count();
  }
}
