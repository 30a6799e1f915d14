package io.millrace.limit;

import io.millrace.base.ShortLock;
import io.millrace.time.Clock;
import org.jspecify.annotations.Nullable;

/** Lets takers through the gates one at a time, in the order of time. Thread-safe. */
final class Turnstile {
  private final Clock clock;
  /*
   * Guards the gates with all that belongs to them: queues, buckets, alarms, links of waiters, takenAt
   * of demands. It settles the races of two takers for one permit, and of a grant with a cancellation,
   * a pause, or the alarm of a head that has left.
   */
  private final ShortLock lock = new ShortLock();
  private final Gates gates;
  /* The latest time somebody came with; another thread may have read an earlier one. Guarded by lock. */
  private long latest;

  Turnstile(Clock clock, Gates gates, long start) {
    this.clock = clock;
    this.gates = gates;
    this.latest = start;
  }

  boolean tryTake(Demand demand) {
    lock.lock();
    try {
      return take(demand, clock.nanoTime());
    } finally {
      lock.unlock();
    }
  }

  boolean tryTake(Demand demand, long now) {
    lock.lock();
    try {
      return take(demand, now);
    } finally {
      lock.unlock();
    }
  }

  private boolean take(Demand demand, long now) {
    latest = Bucket.later(latest, now);
    boolean taken = gates.of(demand.key(), latest).tryTake(demand, latest);
    gates.trim(latest);
    return taken;
  }

  Waiting enqueue(Demand demand, Waiter waiter) {
    try (Turn turn = turn()) {
      Gate gate = gates.of(demand.key(), turn.now());
      GatePlace place = new GatePlace(this, gate, demand, waiter);
      gate.enqueue(place, turn);
      gates.trim(turn.now());
      return place;
    }
  }

  boolean cancel(GatePlace place) {
    try (Turn turn = turn()) {
      return place.gate().cancel(place, turn);
    }
  }

  void settle(Demand demand, long[] excess) {
    try (Turn turn = turn()) {
      gates.of(demand.key(), turn.now()).settle(demand, excess, turn);
      gates.trim(turn.now());
    }
  }

  void pauseAll(long nanos) {
    try (Turn turn = turn()) {
      gates.holdUntil(turn.now() + nanos, turn);
    }
  }

  void pause(@Nullable Object key, long nanos) {
    try (Turn turn = turn()) {
      gates.of(key, turn.now()).holdUntil(turn.now() + nanos, turn);
      gates.trim(turn.now());
    }
  }

  int keys() {
    lock.lock();
    try {
      return gates.keys();
    } finally {
      lock.unlock();
    }
  }

  Clock clock() {
    return clock;
  }

  void ring(Alarm alarm) {
    try (Turn turn = turn()) {
      alarm.gate().rung(alarm, turn);
    }
  }

  private Turn turn() {
    lock.lock();
    latest = Bucket.later(latest, clock.nanoTime());
    return new Turn(this, latest);
  }

  void unlock() {
    lock.unlock();
  }
}
