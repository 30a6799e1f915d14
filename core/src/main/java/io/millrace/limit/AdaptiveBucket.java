package io.millrace.limit;

import io.millrace.plan.RateChange;
import io.millrace.plan.RateLimit;
import io.millrace.signal.ServerAnswer;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * Slots at the pace that answers teach: one after the other, by an absolute schedule, so that late wake-ups lose
 * no rate. A time in which nobody came is not made up for.
 */
final class AdaptiveBucket implements Bucket {
  /* For how long after its last attempt a key that others push out keeps what it has learnt, and what it has not. */
  private static final long REMEMBERED = 60_000_000_000L;
  private static final long UNLEARNT = 1_000_000_000L;

  private final LearntPace pace;
  private final PresumedGrants attempts;
  private final Duration longestWait;
  private final Consumer<? super RateChange> listener;
  private final long start;
  /* The rate of which the listener knows. */
  private double told;
  private long slot;
  private long slotBefore;
  private long heldUntil;
  private long usedAt;
  private boolean isUsed;
  private boolean wasUsed;
  private long toldAt;

  AdaptiveBucket(RateLimit.Adaptive limit, long start) {
    this.pace = new LearntPace(limit.start(), limit.least(), limit.most());
    this.attempts = new PresumedGrants(pace);
    this.longestWait = limit.longestWait();
    this.listener = limit.listener();
    this.told = pace.rate();
    this.start = start;
    this.heldUntil = start;
    this.usedAt = start;
    this.toldAt = start;
  }

  @Override
  public long availableAt(long cost) {
    return isUsed ? Bucket.later(slot + gap(), heldUntil) : heldUntil;
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    long earliest = now - Math.max(LevelBucket.LATENESS, 2 * gap());
    // of several that a late alarm lets go, each has a slot of its own
    long due = Bucket.later(dueAt, Bucket.earlier(availableAt(cost), now));
    due = Bucket.later(Bucket.later(due, earliest), heldUntil);
    slotBefore = slot;
    wasUsed = isUsed;
    slot = due;
    usedAt = now;
    isUsed = true;
    attempts.sent(seconds(now));
  }

  @Override
  public void settle(long now, long takenAt, long excess) {}

  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (takenAt == usedAt) {
      slot = slotBefore;
      isUsed = wasUsed;
    }
    attempts.forget(seconds(takenAt));
  }

  @Override
  public void holdUntil(long time) {
    heldUntil = Bucket.later(heldUntil, time);
    pace.resumes(seconds(heldUntil));
  }

  @Override
  public void answered(long now, long takenAt, ServerAnswer answer, Turn turn) {
    toldAt = now;
    double time = seconds(now);
    double sentAt = seconds(takenAt);
    switch (answer.kind()) {
      case GRANTED -> attempts.granted(time, sentAt);
      case REFUSED -> {
        attempts.refused(time, sentAt, wait(answer));
        obey(now, answer);
      }
      case FAILED -> attempts.failed(time, sentAt);
      case UNKNOWN -> attempts.unknown(time, sentAt);
    }
    tell(turn);
  }

  @Override
  public void hasGranted() {
    pace.hasGranted();
  }

  /** Stays away as long as a refusal asks for, and learns nothing else of that attempt. */
  void obey(long now, long takenAt, ServerAnswer answer) {
    attempts.forget(seconds(takenAt));
    obey(now, answer);
  }

  private void obey(long now, ServerAnswer answer) {
    double wait = wait(answer);
    if (wait > 0) {
      holdUntil(now + (long) (wait * 1e9));
    }
  }

  /** Whether a refusal has slowed it down, or failures have. */
  boolean isSlowed() {
    return pace.isSlowed();
  }

  long heldUntil() {
    return heldUntil;
  }

  private double wait(ServerAnswer answer) {
    return answer.signals().delay().map(this::wait).orElse(0.0);
  }

  private double wait(Duration asked) {
    Duration obeyed = asked.compareTo(longestWait) > 0 ? longestWait : asked;
    return Leaf.nanos(obeyed) / 1e9;
  }

  private void tell(Turn turn) {
    double rate = pace.rate();
    if (rate < told || (rate > told && rate >= 1.1 * told)) { // both may be infinite
      RateChange change = new RateChange(told, rate, pace.reason());
      told = rate;
      turn.tell(
          () -> {
            RateEvents.moves(change);
            listener.accept(change);
          });
    }
  }

  @Override
  public boolean isIdle(long now) {
    long kept = pace.hasLearnt() ? REMEMBERED : UNLEARNT;
    return heldUntil - now <= 0 && now - Bucket.later(usedAt, toldAt) > kept;
  }

  private long gap() {
    return (long) Math.min((double) LONGEST, 1e9 / pace.rate());
  }

  private double seconds(long time) {
    return (time - start) / 1e9;
  }
}
