package io.millrace.cli.demo;

import io.millrace.cli.demo.Receipt.Arrival;
import io.millrace.cli.demo.Receipt.Refusal;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

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
  private int answers;

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
    answers += verdict == Verdict.ANSWERED ? 1 : 0;
    notifyAll();
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

  /** Waits until so many requests were to be answered; false if that takes longer. */
  synchronized boolean awaitAnswers(int count, Duration patience) throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    while (answers < count) {
      long left = end - System.nanoTime();
      if (left <= 0) {
        return false;
      }
      TimeUnit.NANOSECONDS.timedWait(this, left);
    }
    return true;
  }

  synchronized Receipt receipt() {
    return new Receipt(arrivals, refusals);
  }
}
