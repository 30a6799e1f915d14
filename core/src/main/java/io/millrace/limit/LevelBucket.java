package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/** A token bucket: a level that rises evenly up to the burst and falls by what is taken. */
final class LevelBucket implements Bucket {
  /*
   * A waiter wakes a little after its permit is due, and comes back a little after that. If the
   * bucket were full by then, what flows in meanwhile would be lost: 1,000 permits a second with a
   * burst of 1 would come out as some 900. So while a due permit is awaited, and for this time
   * afterwards, the level may rise above the burst by what flows in during this time. Every permit
   * still flows in at its time. On a busy machine a thread gets a processor within 3 to 4 ms, as a
   * rule.
   */
  static final long LATENESS = 5_000_000;

  /* With few permits a second: never two at once. */
  private static final double LEAST_LATENESS = 1 - 0x1p-20;

  private double nanosPerPermit;
  private double burst;
  /* LATENESS in permits. */
  private double lateness;
  /* The level may rise above the burst until then, because somebody who asked for so much came late. */
  private long lateUntil;
  private long lateCost;
  /* Permits at levelTime; below 0 if they are owed. */
  private double level;
  /* In the future only while the bucket is held. */
  private long levelTime;
  /* Nothing was taken since the last hold: the level is still to be cut, or to be the first cost. */
  private boolean untouched;
  /* What the level is cut to: 1 at the end of the hold, and more if the rate was changed later. */
  private double restart;
  private final Peaks peaks;

  LevelBucket(double nanosPerPermit, double burst, long start) {
    this.nanosPerPermit = nanosPerPermit;
    this.burst = burst;
    this.peaks = new Peaks(nanosPerPermit, burst);
    this.lateness = lateness(nanosPerPermit);
    this.lateUntil = start;
    this.level = burst;
    this.levelTime = start;
  }

  private static double lateness(double nanosPerPermit) {
    return Math.max(LEAST_LATENESS, LATENESS / nanosPerPermit);
  }

  /**
   * Changes rate and burst as of now. The level stays where it is, but not above the new burst, so what was
   * awaited is due as soon as the rest of it flows in at the new rate.
   */
  void change(long now, double nanosPerPermit, double burst) {
    if (untouched && now - levelTime >= 0) {
      restart = Math.min(this.burst, cut() + (now - levelTime) / this.nanosPerPermit);
      lateUntil = levelTime;
    }
    rise(now);
    this.nanosPerPermit = nanosPerPermit;
    this.burst = burst;
    this.lateness = lateness(nanosPerPermit);
    level = Math.min(level, lateUntil - levelTime > 0 ? limit() : burst);
    peaks.change(now, level, nanosPerPermit, burst);
  }

  /** Takes away what is above this. */
  void lowerTo(double most) {
    level = Math.min(level, most);
  }

  /* Only who was there before the burst was lowered asks for more than the burst, and then owes the rest. */
  private double atMostBurst(long cost) {
    return Math.min((double) cost, Math.floor(burst));
  }

  private double limit() {
    return Math.max(burst, atMostBurst(lateCost) + lateness);
  }

  private double cut() {
    return Math.min(level, restart);
  }

  /** Depends on no clock, so a waiter that is woken exactly then is never a rounding error early. */
  @Override
  public long availableAt(long cost) {
    return cost == 0
        ? levelTime
        : availableAt(levelTime, atMostBurst(cost) - level, nanosPerPermit);
  }

  /** When the level that is there at a time has risen by what is missing. */
  static long availableAt(long time, double missing, double nanosPerPermit) {
    return missing <= 0
        ? time
        : time + (long) Math.min((double) LONGEST, Math.ceil(missing * nanosPerPermit));
  }

  /** All that it knows, if that is so little, and if nobody has brought a later time than the last take; else null. */
  @Nullable Level level(long latest) {
    boolean isRisen = !untouched && lateUntil - levelTime <= 0 && levelTime == latest;
    return isRisen ? peaks.level(levelTime, level) : null;
  }

  /** Takes over what {@link #level} has become. */
  void set(Level taken) {
    level = taken.level();
    levelTime = taken.time();
    peaks.set(taken);
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    if (cost == 0) {
      return;
    }
    if (untouched) {
      level = cut();
      lateUntil = levelTime;
      peaks.add(now, burst); // what was taken before the hold has no part in the level after it
    }
    rise(dueAt);
    if (now - dueAt > 0) {
      lateCost = cost;
      lateUntil = now + LATENESS;
      rise(now);
    }
    if (untouched) {
      level = Math.max(level, atMostBurst(cost));
      untouched = false;
    }
    peaks.add(now, level);
    level -= cost;
  }

  @Override
  public void settle(long now, long takenAt, long excess) {
    if (!untouched) {
      rise(now);
    }
    if (excess > 0) {
      putBack(takenAt, excess);
    } else {
      level += excess;
    }
  }

  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (!untouched) {
      rise(now);
    }
    putBack(takenAt, cost);
  }

  /*
   * Had the permits not been taken, the level would have been higher by as much, but never above
   * the burst: what would have overflowed since then is not put back.
   */
  private void putBack(long takenAt, long permits) {
    double highest = peaks.highestAfter(takenAt);
    peaks.raiseAfter(takenAt, Math.clamp(burst - highest, 0, (double) permits));
    level += Math.clamp(burst - Math.max(highest, level), 0, (double) permits);
  }

  @Override
  public void holdUntil(long time) {
    if (time - levelTime >= 0) {
      rise(time);
      untouched = true;
      restart = 1;
    }
  }

  @Override
  public boolean isIdle(long now) {
    double from = untouched ? cut() : level;
    return now - levelTime >= 0 && from + (now - levelTime) / nanosPerPermit >= burst;
  }

  private void rise(long now) {
    if (lateUntil - levelTime > 0) {
      rise(Bucket.earlier(now, lateUntil), limit());
    }
    rise(now, burst);
  }

  private void rise(long now, double most) {
    long elapsed = now - levelTime;
    if (elapsed > 0) {
      level = Math.min(most, level + elapsed / nanosPerPermit);
      levelTime = now;
    }
  }
}
