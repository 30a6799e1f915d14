package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * Where those stand who count towards one key: a queue in front of the buckets, which are taken from
 * together or not at all. Guarded by the limiter's lock.
 */
final class Gate {
  private final Bucket[] buckets;
  private final WaitQueue<GatePlace> queue = new WaitQueue<>();
  /* For the head of the queue; null exactly if nobody waits or a bucket is closed, except during a turn. */
  private @Nullable Alarm alarm;

  Gate(Bucket[] buckets) {
    this.buckets = buckets;
  }

  boolean tryTake(Demand demand, long now) {
    if (queue.head() != null || isClosed() || availableAt(demand) - now > 0) {
      return false;
    }
    take(demand, now, now);
    return true;
  }

  void enqueue(GatePlace place, Turn turn) {
    queue.add(place);
    serve(turn);
  }

  boolean cancel(GatePlace place, Turn turn) {
    boolean left = queue.remove(place);
    if (left) {
      serve(turn);
    }
    return left;
  }

  /** The alarm has rung; one that was replaced meanwhile has nothing to say. */
  void rung(Alarm rung, Turn turn) {
    if (alarm == rung) {
      alarm = null;
      serve(Bucket.earlier(rung.at(), turn.now()), turn);
    }
  }

  void holdUntil(long time, Turn turn) {
    holdUntil(time);
    serve(turn);
  }

  void holdUntil(long time) {
    for (Bucket bucket : buckets) {
      bucket.holdUntil(time);
    }
  }

  /** Corrects costs: one excess for each bucket. */
  void settle(Demand demand, long[] excess, Turn turn) {
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].settle(turn.now(), demand.takenAt(), excess[i]);
    }
    serve(turn);
  }

  boolean isIdle(long now) {
    for (Bucket bucket : buckets) {
      if (!bucket.isIdle(now)) {
        return false;
      }
    }
    return queue.head() == null;
  }

  private void serve(Turn turn) {
    serve(alarm == null ? turn.now() : Bucket.earlier(alarm.at(), turn.now()), turn);
  }

  /**
   * Offers permits to all whose turn and time have come, and sets the alarm for the next one.
   *
   * @param dueAt when that would have happened if the alarm was not late
   */
  private void serve(long dueAt, Turn turn) {
    try {
      GatePlace head = queue.head();
      while (head != null && !isClosed() && availableAt(head.demand()) - turn.now() <= 0) {
        queue.remove(head);
        offer(head, dueAt, turn);
        head = queue.head();
      }
    } finally {
      setAlarm(turn);
    }
  }

  private void offer(GatePlace head, long dueAt, Turn turn) {
    Waiter waiter = head.waiter();
    if (waiter.claim()) {
      take(head.demand(), turn.now(), dueAt);
      turn.granted(waiter);
    } else {
      turn.declined(waiter);
    }
  }

  private void setAlarm(Turn turn) {
    GatePlace head = queue.head();
    Alarm old = alarm;
    if (head == null || isClosed()) {
      alarm = null;
    } else {
      long due = availableAt(head.demand());
      if (old != null && old.at() == due) {
        return;
      }
      alarm = new Alarm(this, due);
      turn.start(alarm);
    }
    if (old != null) {
      turn.stop(old);
    }
  }

  private boolean isClosed() {
    for (Bucket bucket : buckets) {
      if (bucket.isClosed()) {
        return true;
      }
    }
    return false;
  }

  private long availableAt(Demand demand) {
    long latest = buckets[0].availableAt(demand.cost(0));
    for (int i = 1; i < buckets.length; i++) {
      latest = Bucket.later(latest, buckets[i].availableAt(demand.cost(i)));
    }
    return latest;
  }

  private void take(Demand demand, long now, long dueAt) {
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].take(now, demand.cost(i), dueAt);
    }
    demand.taken(now);
  }
}
