package io.millrace.limit;

import io.millrace.limit.spi.Waiter.Answer;
import io.millrace.signal.ServerAnswer;
import java.util.LinkedHashMap;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * What the keys of a limit have in common: buckets that have to grant an attempt besides those of its key.
 * The gates whose own buckets are ready stand in line here, and take turns: one attempt each. So a key whose
 * own limit holds it back holds up nobody, and permits are taken from all buckets or from none. Guarded by the
 * limiter's lock.
 */
final class CommonGate implements GateAlarm.Owner {
  private final Turnstile turnstile;
  private final Bucket[] buckets;

  /** Where the costs of its buckets begin among those of a demand. */
  private final int offset;

  /* The gates whose head only waits for this, in the order in which that began; and when it would have begun
   * if no alarm had been late. */
  private final SequencedMap<Gate, Long> ready = new LinkedHashMap<>();

  /* For the first of them; null exactly if there is none or a bucket is closed, except during a turn. */
  private @Nullable GateAlarm alarm;

  /* How many pauses of everybody have reached the buckets. */
  private long holdsSeen;

  CommonGate(Turnstile turnstile, int offset, Bucket... buckets) {
    this.turnstile = turnstile;
    this.offset = offset;
    this.buckets = buckets;
  }

  /** Whether an attempt that overtakes nobody of its key may go at once. */
  boolean lets(RateDemand demand, long now) {
    catchUp();
    return ready.isEmpty() && !isClosed(demand) && availableAt(demand) - now <= 0;
  }

  /** Whether nobody knows when it lets an attempt go. */
  boolean isClosed(RateDemand demand) {
    return Bucket.anyClosed(buckets, demand.costs(), offset);
  }

  @Nullable Bucket refusing(long now) {
    return Bucket.refusing(buckets, now);
  }

  void take(RateDemand demand, long now, long dueAt) {
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].take(now, demand.cost(offset + i), dueAt);
    }
  }

  void settle(RateDemand demand, long[] excess, long now) {
    catchUp();
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].settle(now, demand.takenAt(), excess[offset + i]);
    }
  }

  void giveBack(RateDemand demand, long now) {
    catchUp();
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].giveBack(now, demand.takenAt(), demand.cost(offset + i));
    }
  }

  /** Learns from the answer to an attempt. */
  void answered(RateDemand demand, ServerAnswer[] answers, Turn turn) {
    catchUp();
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].answered(turn.now(), demand.takenAt(), answers[offset + i], turn);
    }
  }

  /** The earliest time for this demand, if nobody else wants anything. */
  long earliest(RateDemand demand) {
    catchUp();
    return availableAt(demand);
  }

  /**
   * A gate has changed: it comes to stand in line, keeps its place, or leaves.
   *
   * @param dueAt when that would have happened if no alarm had been late
   */
  void update(Gate gate, long dueAt, Turn turn) {
    if (gate.readyHead(turn.now()) != null) {
      ready.putIfAbsent(gate, dueAt);
    } else {
      ready.remove(gate);
    }
    serve(turn);
  }

  @Override
  public void rung(GateAlarm rung, Turn turn) {
    if (alarm == rung) {
      alarm = null;
      serve(Bucket.earlier(rung.at(), turn.now()), turn);
    }
  }

  /** A bucket has more permits. */
  void added(Turn turn) {
    serve(turn);
  }

  /** Everybody is paused, and those who wait here are to know at once. */
  void paused(Turn turn) {
    serve(turn);
  }

  /** Grants what is due, changes the buckets, and sets the alarm to the new time. */
  void change(Leaves leaves, Turn turn) {
    serve(turn);
    leaves.changeCommon(buckets, turn.now());
    serve(turn);
  }

  private void serve(Turn turn) {
    serve(alarm == null ? turn.now() : Bucket.earlier(alarm.at(), turn.now()), turn);
  }

  private void serve(long dueAt, Turn turn) {
    catchUp();
    if (turnstile.isHeld()) { // nobody goes, and nobody need be looked at
      setAlarm(turn);
      return;
    }
    for (var first = ready.firstEntry(); first != null; first = ready.firstEntry()) {
      Gate gate = first.getKey();
      GatePlace head = gate.readyHead(turn.now());
      if (head == null) {
        ready.remove(gate);
        gate.setAlarm(turn);
      } else if (refusing(turn.now()) == null
          && (isClosed(head.demand()) || availableAt(head.demand()) - turn.now() > 0)) {
        break;
      } else if (gate.ask(head, Bucket.later(dueAt, first.getValue()), turn) == Answer.TAKE) {
        nextKey(gate, dueAt, turn);
      }
    }
    setAlarm(turn);
  }

  private void nextKey(Gate served, long dueAt, Turn turn) {
    ready.remove(served);
    if (served.readyHead(turn.now()) != null) {
      ready.put(served, dueAt);
    } else {
      served.setAlarm(turn);
    }
  }

  private void setAlarm(Turn turn) {
    GateAlarm old = alarm;
    GatePlace head = ready.isEmpty() ? null : ready.firstEntry().getKey().head();
    if (head == null || isClosed(head.demand())) {
      alarm = null;
    } else {
      long due = availableAt(head.demand());
      if (old != null && old.at() == due && !old.hasFailed()) {
        return;
      }
      alarm = new GateAlarm(this, due);
      turn.start(alarm);
    }
    if (old != null) {
      turn.stop(old);
    }
  }

  private void catchUp() {
    if (holdsSeen != turnstile.holds()) {
      holdsSeen = turnstile.holds();
      for (Bucket bucket : buckets) {
        bucket.holdUntil(turnstile.heldUntil());
      }
    }
  }

  private long availableAt(RateDemand demand) {
    long latest = buckets[0].availableAt(demand.cost(offset));
    for (int i = 1; i < buckets.length; i++) {
      latest = Bucket.later(latest, buckets[i].availableAt(demand.cost(offset + i)));
    }
    return latest;
  }
}
