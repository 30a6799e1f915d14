package io.millrace.cli.demo;

import io.millrace.cli.demo.Receipt.Arrival;
import io.millrace.cli.demo.Receipt.Refusal;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Decides on each request, and writes everything down. Thread-safe. */
final class Gatekeeper {
  private static final long SECOND = 1_000_000_000;
  private final Scenario scenario;

  /* Guarded by this: requests come at the same time. */
  private final List<Arrival> arrivals = new ArrayList<>();
  private final List<Refusal> refusals = new ArrayList<>();
  private final Deque<Long> lastSecond = new ArrayDeque<>();
  private final Set<Integer> faulted = new HashSet<>();
  private long downUntil;

  Gatekeeper(Scenario scenario) {
    this.scenario = scenario;
  }

  /** Takes the time itself, so that requests are written down in the order of their times. */
  synchronized Verdict judge(int item) {
    return judge(item, System.nanoTime());
  }

  synchronized Verdict judge(int item, long now) {
    lastSecond.add(now);
    while (now - lastSecond.getFirst() >= SECOND) {
      lastSecond.remove();
    }
    if (arrivals.size() + 1 == scenario.outageAt()) {
      downUntil = now + Scenario.RETRY_AFTER.toNanos();
    }
    Verdict verdict = verdict(item, now);
    arrivals.add(new Arrival(item, now, verdict));
    return verdict;
  }

  private Verdict verdict(int item, long now) {
    if (lastSecond.size() > scenario.quota()) {
      return Verdict.OVER_QUOTA;
    }
    if (arrivals.size() + 1 >= scenario.outageAt() && now - downUntil < 0) {
      return Verdict.DOWN;
    }
    boolean faulty = scenario.stalls(item) || scenario.breaks(item);
    if (faulty && faulted.add(item)) {
      return scenario.stalls(item) ? Verdict.STALLED : Verdict.BROKEN_OFF;
    }
    return Verdict.ANSWERED;
  }

  /** Writes down that an answer is about to leave that asks to stay away. */
  synchronized void refusing(int item) {
    refusals.add(new Refusal(item, System.nanoTime()));
  }

  synchronized Receipt receipt() {
    return new Receipt(arrivals, refusals);
  }
}
