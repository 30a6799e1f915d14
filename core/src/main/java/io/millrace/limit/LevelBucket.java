package io.millrace.limit;

/** A token bucket: a level that rises evenly up to the burst and falls by what is taken. */
final class LevelBucket implements Bucket {
  /*
   * A waiter wakes a little after its permit is due. If the bucket were full by then, what flows in
   * meanwhile would be lost: 1,000 permits a second with a burst of 1 would come out as some 900. So
   * from the due time to the take the level may rise to just under one permit above the cost. Every
   * permit still flows in at its time: in any whole number of permits' time no more are taken than
   * without, and never two at once. With a burst of at least the cost and 1 it makes no difference.
   */
  private static final double LATENESS = 1 - 0x1p-20;

  private final double nanosPerPermit;
  private final double burst;
  /* Permits at levelTime; below 0 if they are owed. */
  private double level;
  /* In the future only while the bucket is held. */
  private long levelTime;
  /* Nothing was taken since the last hold: the level is still to be cut to 1, or to the first cost. */
  private boolean untouched;

  LevelBucket(double nanosPerPermit, double burst, long start) {
    this.nanosPerPermit = nanosPerPermit;
    this.burst = burst;
    this.level = burst;
    this.levelTime = start;
  }

  /** Depends on no clock, so a waiter that is woken exactly then is never a rounding error early. */
  @Override
  public long availableAt(long cost) {
    double missing = cost - level;
    if (missing <= 0 || cost == 0) {
      return levelTime;
    }
    return levelTime + (long) Math.min((double) LONGEST, Math.ceil(missing * nanosPerPermit));
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    if (cost == 0) {
      return;
    }
    if (untouched) {
      level = Math.min(level, 1);
    }
    rise(dueAt, burst);
    rise(now, Math.max(burst, cost + LATENESS));
    if (untouched) {
      level = Math.max(level, (double) cost);
      untouched = false;
    }
    level -= cost;
  }

  @Override
  public void settle(long now, long takenAt, long excess) {
    if (!untouched) {
      rise(now, burst);
    }
    level = Math.min(burst, level + excess);
  }

  @Override
  public void holdUntil(long time) {
    if (time - levelTime >= 0) {
      rise(time, burst);
      untouched = true;
    }
  }

  @Override
  public boolean isIdle(long now) {
    double from = untouched ? Math.min(level, 1) : level;
    return now - levelTime >= 0 && from + (now - levelTime) / nanosPerPermit >= burst;
  }

  private void rise(long now, double most) {
    long elapsed = now - levelTime;
    if (elapsed > 0) {
      level = Math.min(most, level + elapsed / nanosPerPermit);
      levelTime = now;
    }
  }
}
