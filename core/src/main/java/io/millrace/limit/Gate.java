package io.millrace.limit;

import io.millrace.limit.spi.Waiter.Answer;
import io.millrace.signal.ServerAnswer;
import org.jspecify.annotations.Nullable;

/**
 * The queue of one key, in front of its buckets. Permits are taken from all buckets or from none.
 * Guarded by the limiter's lock.
 */
final class Gate implements Gates.Spot, KeyedGates.Entry, Lines.Owner<GatePlace>, GateAlarm.Owner {
  private final Turnstile turnstile;
  private final @Nullable Key key;
  private final Bucket[] buckets;
  /* What all keys have in common; null if there is nothing. */
  private final @Nullable CommonGate common;
  private final Lines<GatePlace> queue = new Lines<>(this);
  /* For the head of the queue; null exactly if nobody waits or a bucket is closed, except during a turn. */
  private @Nullable GateAlarm alarm;
  /* Whether it was used since the last look; and whether it was dropped, so that its key finds it
   * no more. */
  private boolean used;
  private boolean dropped;
  /* How many pauses of everybody have reached the buckets. */
  private long holdsSeen;
  /* When the last pause ends, if there was one. */
  private long heldUntil;
  private boolean wasHeld;

  Gate(Turnstile turnstile, @Nullable Key key, Bucket... buckets) {
    this(turnstile, key, null, buckets);
  }

  Gate(Turnstile turnstile, @Nullable Key key, @Nullable CommonGate common, Bucket... buckets) {
    this.turnstile = turnstile;
    this.key = key;
    this.common = common;
    this.buckets = buckets;
  }

  /** Past the lock to the only bucket; null if there are more, or it is of another kind. */
  @Nullable ShortWay shortWay() {
    return common == null && buckets.length == 1 && buckets[0] instanceof LevelBucket bucket
        ? new ShortWay(this, bucket)
        : null;
  }

  Turnstile turnstile() {
    return turnstile;
  }

  /** Runs the keys' {@code equals}, so it is called without the lock. */
  boolean isOf(Key other) {
    return key != null && other.matches(key); // who asks, whose item it costs if that throws
  }

  /** Returns false if it was dropped. */
  boolean use() {
    used = true;
    return !dropped;
  }

  boolean wasUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  @Override
  public Gate gate() {
    return this;
  }

  /** The hash code of its key. */
  int hash() {
    return key == null ? 0 : key.hash();
  }

  boolean isDropped() {
    return dropped;
  }

  /** Marks it as dropped, or as taken up again. */
  void drop(boolean drops) {
    dropped = drops;
  }

  boolean tryTake(RateDemand demand, long now, @Nullable LineParty party) {
    catchUp();
    if (queue.goBefore(party) || !(refusing(now) != null || lets(demand, now))) {
      return false;
    }
    take(demand, now, now);
    return true;
  }

  private boolean lets(RateDemand demand, long now) {
    return !isClosed(demand)
        && availableAt(demand.costs()) - now <= 0
        && (common == null || common.lets(demand, now));
  }

  void enqueue(GatePlace place, @Nullable LineParty party, Turn turn) {
    queue.add(place, party);
    serve(turn);
  }

  boolean cancel(GatePlace place, Turn turn) {
    boolean left = queue.remove(place);
    if (left) {
      serve(turn);
    }
    return left;
  }

  @Override
  public boolean rearm(Line<GatePlace> line) {
    try (Turn turn = turnstile.turnAnyhow()) {
      if (!queue.arm(line)) {
        return false;
      }
      serve(turn);
      return line.answered;
    }
  }

  @Override
  public void sizeChanged(int difference) {
    turnstile.sizeChanged(this, difference);
  }

  @Override
  public void rung(GateAlarm rung, Turn turn) {
    if (alarm == rung) {
      alarm = null;
      serve(Bucket.earlier(rung.at(), turn.now()), turn);
    }
  }

  void holdUntil(long time, Turn turn) {
    holdUntil(time);
    serve(turn);
  }

  /** A bucket has more permits. */
  void added(Turn turn) {
    serve(turn);
  }

  /** Everybody is paused, and those who wait here are to know at once. */
  void paused(Turn turn) {
    serve(turn);
  }

  private void holdUntil(long time) {
    heldUntil = wasHeld ? Bucket.later(heldUntil, time) : time;
    wasHeld = true;
    for (Bucket bucket : buckets) {
      bucket.holdUntil(time);
    }
  }

  /** Grants what is due, changes the buckets, and sets the alarm to the new time. */
  void change(Leaves leaves, Turn turn) {
    serve(turn);
    if (key == null) {
      leaves.changeCommon(buckets, turn.now());
    } else {
      leaves.changeOfKey(buckets, turn.now());
    }
    serve(turn);
  }

  private void catchUp() {
    if (holdsSeen != turnstile.holds()) {
      holdsSeen = turnstile.holds();
      holdUntil(turnstile.heldUntil());
    }
  }

  /** Corrects costs: one excess for each bucket. */
  void settle(RateDemand demand, long[] excess, Turn turn) {
    catchUp();
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].settle(turn.now(), demand.takenAt(), excess[i]);
    }
    if (common != null) {
      common.settle(demand, excess, turn.now());
    }
    serve(turn);
  }

  /** Learns from the answer to an attempt: what it tells each bucket. */
  void answered(RateDemand demand, ServerAnswer[] answers, Turn turn) {
    catchUp();
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].answered(turn.now(), demand.takenAt(), answers[i], turn);
    }
    if (common != null) {
      common.answered(demand, answers, turn);
    }
    serve(turn);
  }

  /** Something was granted on its key before it was made. */
  void hasGranted() {
    for (Bucket bucket : buckets) {
      bucket.hasGranted();
    }
  }

  /** Undoes what a demand took. */
  void giveBack(RateDemand demand, Turn turn) {
    catchUp();
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].giveBack(turn.now(), demand.takenAt(), demand.cost(i));
    }
    if (common != null) {
      common.giveBack(demand, turn.now());
    }
    serve(turn);
  }

  /**
   * The earliest time for this demand, at least now. If a bucket is closed it is now, because
   * nobody knows for how long; and if one refuses, because that need not be waited for.
   */
  long earliest(RateDemand demand, long now) {
    catchUp();
    if (refusing(now) != null || isClosed(demand)) {
      return now;
    }
    long earliest = Bucket.later(now, availableAt(demand.costs()));
    return common == null ? earliest : Bucket.later(earliest, common.earliest(demand));
  }

  int waiters() {
    return queue.size();
  }

  /** How many wait, while a pause holds. */
  int pausedWaiters(long now) {
    catchUp();
    return wasHeld && heldUntil - now > 0 ? queue.size() : 0;
  }

  boolean isIdle(long now) {
    catchUp();
    for (Bucket bucket : buckets) {
      if (!bucket.isIdle(now)) {
        return false;
      }
    }
    return queue.size() == 0;
  }

  private void serve(Turn turn) {
    serve(alarm == null ? turn.now() : Bucket.earlier(alarm.at(), turn.now()), turn);
  }

  /**
   * Offers permits to all whose turn and time have come, and sets the alarm for the next one.
   *
   * @param dueAt when that would have happened if the alarm had not been late
   */
  private void serve(long dueAt, Turn turn) {
    GatePlace head = readyHead(turn.now());
    while (head != null && (common == null || refusing(turn.now()) != null)) {
      ask(head, dueAt, turn);
      head = readyHead(turn.now());
    }
    if (common != null) {
      common.update(this, dueAt, turn);
    }
    setAlarm(turn);
  }

  /** The place whose turn it is. */
  @Nullable GatePlace head() {
    return queue.head();
  }

  /** The place whose turn it is, if these buckets would let it go, or something refuses it. */
  @Nullable GatePlace readyHead(long now) {
    catchUp();
    GatePlace head = queue.head();
    if (head == null || refusing(now) != null) {
      return head;
    }
    boolean isReady = !isOwnClosed(head.costs()) && availableAt(head.costs()) - now <= 0;
    return isReady ? head : null;
  }

  /** Offers permits to the head, and takes them for it. */
  Answer ask(GatePlace head, long dueAt, Turn turn) {
    Answer answer = queue.ask(head);
    if (answer == Answer.TAKE) {
      take(head.demand(), turn.now(), dueAt);
    }
    if (answer != Answer.HOLD) {
      turn.offered(head, answer == Answer.TAKE);
    }
    return answer;
  }

  /** Sets the alarm for the head; there is none while it stands in line at the common gate. */
  void setAlarm(Turn turn) {
    GatePlace head = queue.head();
    GateAlarm old = alarm;
    if (head == null
        || isOwnClosed(head.costs())
        || (common != null && readyHead(turn.now()) != null)) {
      alarm = null;
    } else {
      long due = availableAt(head.costs());
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

  private boolean isClosed(RateDemand demand) {
    return isOwnClosed(demand.costs()) || (common != null && common.isClosed(demand));
  }

  private boolean isOwnClosed(long[] costs) {
    return Bucket.anyClosed(buckets, costs, 0);
  }

  private long availableAt(long[] costs) {
    long latest = buckets[0].availableAt(costs[0]);
    for (int i = 1; i < buckets.length; i++) {
      latest = Bucket.later(latest, buckets[i].availableAt(costs[i]));
    }
    return latest;
  }

  /* What refuses every attempt now; null if nothing does. */
  private @Nullable Bucket refusing(long now) {
    Bucket own = Bucket.refusing(buckets, now);
    return own == null && common != null ? common.refusing(now) : own;
  }

  /* Who is refused takes nothing, and so has to wait for nothing. */
  private void take(RateDemand demand, long now, long dueAt) {
    Bucket refusing = refusing(now);
    if (refusing != null) {
      demand.refuse(now, refusing);
      return;
    }
    for (int i = 0; i < buckets.length; i++) {
      buckets[i].take(now, demand.cost(i), dueAt);
    }
    if (common != null) {
      common.take(demand, now, dueAt);
    }
    demand.take(now);
  }
}
