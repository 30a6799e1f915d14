package io.millrace.limit;

import io.millrace.base.ShortLock;
import io.millrace.limit.spi.Waiter;
import io.millrace.limit.spi.Waiting;
import io.millrace.signal.ServerAnswer;
import io.millrace.signal.ServerAnswer.Kind;
import io.millrace.time.TimeSource;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** Lets takers through the gates one at a time, in the order of time. Thread-safe. */
final class Turnstile {
  /* How many gates one turn at the lock looks at. */
  private static final int AT_ONCE = 256;

  private final TimeSource clock;
  /*
   * Guards the gates with all that belongs to them: queues, buckets, alarms, links of waiters, what
   * demands have taken. It settles the races of two takers for one permit, and of a grant with a
   * cancellation, a pause, or the alarm of a head that has left. The clock is asked before it is taken.
   */
  private final ShortLock lock = new ShortLock();
  private final Gates gates;
  /* Past the lock while nobody waits; null if there is none. */
  private final @Nullable ShortWay shortWay;
  /* Where permits come from; null if they are not leased. What it holds is guarded by lock. */
  private final @Nullable LeasedBucket leased;
  /*
   * The latest time that any thread has brought: another thread may bring an earlier one, which
   * does not count. Guarded by lock.
   */
  private long latest;
  /* When the pause of all keys ends, and how many pauses have moved that. Guarded by lock. */
  private long heldUntil;
  private long holds;
  /* How many wait at all gates. Guarded by lock. */
  private int waiters;

  Turnstile(TimeSource clock, long start, Function<Turnstile, Gates> gates) {
    this(clock, start, null, gates);
  }

  Turnstile(
      TimeSource clock,
      long start,
      @Nullable LeasedBucket leased,
      Function<Turnstile, Gates> gates) {
    this.clock = clock;
    this.leased = leased;
    this.latest = start;
    this.gates = gates.apply(this);
    this.shortWay = this.gates.shortWay();
  }

  boolean tryTake(RateDemand demand, @Nullable LineParty party) {
    return tryTake(demand, clock.nanoTime(), party);
  }

  boolean tryTake(RateDemand demand, long now, @Nullable LineParty party) {
    if (shortWay != null && shortWay.tryTake(demand, now)) {
      return true;
    }
    if (demand.gate() == null && gates.isOpen(demand.key())) {
      demand.takeFreely(now);
      return true;
    }
    Gate gate = lockAt(demand.gate(), demand.key(), now);
    Runnable news = null;
    try {
      demand.found(gate);
      boolean taken = gate.tryTake(demand, latest, party);
      gates.trim(latest);
      news = leased == null ? null : newsOfLease();
      return taken;
    } finally {
      unlock();
      if (news != null) {
        Offers.runQuietly(news);
      }
    }
  }

  Waiting enqueue(RateDemand demand, Waiter waiter, @Nullable LineParty party) {
    Turn turn = new Turn(this);
    Gate gate = lockAt(demand.gate(), demand.key(), clock.nanoTime());
    try (turn) {
      turn.begin(latest);
      demand.found(gate);
      GatePlace place = new GatePlace(gate, demand, waiter);
      gate.enqueue(place, party, turn);
      gates.trim(latest);
      return place;
    }
  }

  /** When this could be taken at the earliest, if everybody else left the queue; not before now. */
  long earliest(RateDemand demand) {
    Gate gate = lockAt(demand.gate(), demand.key(), clock.nanoTime());
    try {
      demand.found(gate);
      long earliest = gate.earliest(demand, latest);
      gates.trim(latest);
      return earliest;
    } finally {
      unlock();
    }
  }

  boolean cancel(GatePlace place) {
    try (Turn turn = turnAnyhow()) {
      return place.gate().cancel(place, turn);
    }
  }

  void settle(RateDemand demand, long[] excess) {
    Turn turn = new Turn(this);
    Gate gate = lockAt(demand.gate(), demand.key(), clock.nanoTime());
    try (turn) {
      turn.begin(latest);
      demand.found(gate);
      gate.settle(demand, excess, turn);
      gates.trim(latest);
    }
  }

  /** Under the lock: what tells the source that the lease has run short; null if it has not. */
  @Nullable Runnable newsOfLease() {
    return leased != null && leased.becameShort() ? leased.limit().source()::wanted : null;
  }

  /** Changes the lease, and serves who can go then. */
  void changeLease(LeasedBucket lease, Consumer<LeasedBucket> change) {
    try (Turn turn = turnAnyhow()) {
      change.accept(lease);
      gates.added(turn);
    }
  }

  long askLease(LeasedBucket lease, ToLongFunction<LeasedBucket> question) {
    lock();
    try {
      return question.applyAsLong(lease);
    } finally {
      unlock();
    }
  }

  /** Returns false if there was nothing to give back. */
  boolean giveBack(RateDemand demand) {
    try (Turn turn = turnAnyhow()) {
      Gate gate = demand.gate(); // a gate that was dropped remembered nothing of the take
      if (gate == null || !demand.giveBack()) {
        return false;
      }
      gate.giveBack(demand, turn);
      return true;
    }
  }

  void answered(RateDemand demand, ServerAnswer[] answers) {
    if (demand.key() != null && has(Kind.REFUSED, answers)) {
      refused(demand, answers);
      return;
    }
    if (demand.gate() == null) { // nothing is known of its key, and little is to be
      if (has(Kind.GRANTED, answers)) {
        gates.granted(demand.key());
      }
      return;
    }
    try (Turn turn = turnAnyhow()) {
      Gate gate = demand.gate();
      if (gate != null) {
        gates.answered(gate);
        gate.answered(demand, answers, turn);
      }
    }
  }

  private static boolean has(Kind kind, ServerAnswer[] answers) {
    for (ServerAnswer answer : answers) {
      if (answer.kind() == kind) {
        return true;
      }
    }
    return false;
  }

  /* From a refusal on, its key is known. */
  private void refused(RateDemand demand, ServerAnswer[] answers) {
    Long now = timeIfKnown();
    Turn turn = new Turn(this);
    Gate gate;
    try {
      gate = lockAt(demand.gate(), demand.key(), now == null ? demand.takenAt() : now);
    } catch (Throwable brokenKey) {
      Offers.log(brokenKey);
      return;
    }
    try (turn) {
      turn.begin(latest);
      gate.answered(demand, answers, turn);
      gates.trim(latest);
    }
  }

  void pauseAll(long nanos) {
    try (Turn turn = turn(clock.nanoTime())) {
      long end = latest + nanos;
      if (holds == 0 || end - heldUntil > 0) {
        heldUntil = end;
        holds++;
        gates.paused(turn);
      }
    }
  }

  void pause(@Nullable Key key, long nanos) {
    Turn turn = new Turn(this);
    Gate gate = lockAt(null, key, clock.nanoTime());
    try (turn) {
      turn.begin(latest);
      gate.holdUntil(latest + nanos, turn);
      gates.trim(latest);
    }
  }

  /**
   * Changes all gates to other leaves, key by key: so the lock is free between two of them.
   *
   * @param leaves those of now; asked under the lock, because somebody else may change them, too
   * @param begin makes them those of now
   */
  void change(Supplier<Leaves> leaves, Runnable begin) {
    List<Gate> rest;
    try (Turn turn = turn(clock.nanoTime())) {
      begin.run();
      rest = gates.change(leaves.get(), turn);
    }
    for (Gate gate : rest) {
      try (Turn turn = turnAnyhow()) {
        gate.change(leaves.get(), turn);
      }
    }
  }

  int keys() {
    lock();
    try {
      return gates.keys();
    } finally {
      unlock();
    }
  }

  int waiters() {
    lock();
    try {
      return waiters;
    } finally {
      unlock();
    }
  }

  /** Goes through the keys for which somebody waits; the lock is free between some of them and the next. */
  int pausedWaiters() {
    long now = clock.nanoTime();
    List<Gate> awaited;
    lock();
    try {
      advance(now);
      if (waiters == 0 || isHeld()) {
        return waiters;
      }
      awaited = gates.awaited();
    } finally {
      unlock();
    }
    int paused = 0;
    for (int from = 0; from < awaited.size(); from += AT_ONCE) {
      int to = Math.min(awaited.size(), from + AT_ONCE);
      paused += pausedWaiters(awaited.subList(from, to));
    }
    return paused;
  }

  private int pausedWaiters(List<Gate> some) {
    lock();
    try {
      int paused = 0;
      for (Gate gate : some) {
        paused += gate.pausedWaiters(latest);
      }
      return paused;
    } finally {
      unlock();
    }
  }

  /** Under the lock: somebody has come to a gate, or has left it. */
  void sizeChanged(Gate gate, int difference) {
    waiters += difference;
    int before = gate.waiters() - difference;
    if (before == 0 || gate.waiters() == 0) {
      gates.awaited(gate, before == 0);
    }
  }

  /** Under the lock: whether everybody is paused. */
  boolean isHeld() {
    return holds != 0 && heldUntil - latest > 0;
  }

  TimeSource clock() {
    return clock;
  }

  void ring(GateAlarm alarm) {
    Long now = timeIfKnown();
    boolean isDue = now == null && !alarm.hasFailed(); // else it rings before its time
    try (Turn turn = isDue ? turn(alarm.at()) : now == null ? turnAtLatest() : turn(now)) {
      alarm.owner().rung(alarm, turn);
    }
  }

  /** A turn that begins even if the clock fails: then at the latest time that is known. */
  Turn turnAnyhow() {
    Long now = timeIfKnown();
    return now == null ? turnAtLatest() : turn(now);
  }

  private Turn turnAtLatest() {
    Turn turn = new Turn(this);
    lock();
    turn.begin(latest);
    return turn;
  }

  long heldUntil() {
    return heldUntil;
  }

  long holds() {
    return holds;
  }

  /**
   * When a new gate starts: one that is made after a pause stands where it would if it had been
   * paused.
   */
  long startOfNew(long now) {
    return holds == 0 ? now : Bucket.earlier(now, heldUntil);
  }

  /**
   * Takes the lock, and finds the gate of a key.
   *
   * @param known the gate that was found the last time
   */
  private Gate lockAt(@Nullable Gate known, @Nullable Key key, long now) {
    Gates.Spot spot = known == null ? gates.search(key) : known;
    while (true) {
      Gate gate = null;
      lock();
      try {
        advance(now);
        gate = gates.at(spot, latest);
        if (gate != null) {
          return gate;
        }
      } finally {
        if (gate == null) {
          unlock();
        }
      }
      spot = gates.search(key);
    }
  }

  private Turn turn(long now) {
    Turn turn = new Turn(this);
    lock();
    advance(now);
    turn.begin(latest);
    return turn;
  }

  private void advance(long now) {
    latest = Bucket.later(latest, now);
  }

  /* Null if the clock fails. */
  private @Nullable Long timeIfKnown() {
    try {
      return clock.nanoTime();
    } catch (Throwable broken) {
      Offers.log(broken);
      return null;
    }
  }

  private void lock() {
    lock.lock();
    if (shortWay != null) {
      latest = shortWay.close(latest);
    }
  }

  /** Gives the lock back. Nobody else gives or takes it, so the short way is closed as long as somebody has it. */
  void unlock() {
    if (shortWay != null && waiters == 0) {
      shortWay.open(latest);
    }
    lock.unlock();
  }
}
