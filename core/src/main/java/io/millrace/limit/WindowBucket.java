package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * An exact sliding window: the permits granted in {@code (t - length, t]} are never more than the
 * limit, for any {@code t}.
 */
final class WindowBucket implements Bucket {
  private final long permits;
  private final long length;
  private final GrantLog grants = new GrantLog();
  /* The end of the last hold; the start if there was none. */
  private long openAt;
  /* Spreads the calls over the window that follows a hold; null when there is none to spread. */
  private @Nullable LevelBucket pace;

  WindowBucket(long permits, long length, long start) {
    this.permits = permits;
    this.length = length;
    this.openAt = start;
  }

  @Override
  public long availableAt(long cost) {
    if (cost == 0) {
      return openAt;
    }
    long due = openAt;
    if (pace != null) {
      due = Bucket.earlier(pace.availableAt(cost), openAt + length);
    }
    if (grants.total() > permits - cost) {
      due = Bucket.later(due, grants.excessUntil(permits - cost) + length);
    }
    return due;
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    if (cost == 0) {
      return;
    }
    if (now - openAt >= length) {
      pace = null;
    }
    if (pace != null) {
      pace.take(now, cost, dueAt);
    }
    grants.dropUntil(now - length);
    grants.add(now, cost);
  }

  /** What is owed counts from now on: the true time of its use is not known. */
  @Override
  public void settle(long now, long takenAt, long excess) {
    if (pace != null && (excess < 0 || takenAt - openAt >= 0)) {
      pace.settle(now, takenAt, excess);
    }
    grants.dropUntil(now - length);
    if (excess > 0) {
      grants.giveBack(takenAt, excess);
    } else if (excess < 0) {
      grants.add(now, Math.min(permits, -excess));
    }
  }

  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (pace != null && takenAt - openAt >= 0) {
      pace.giveBack(now, takenAt, cost);
    }
    grants.giveBack(takenAt, cost);
  }

  /** Afterwards it is as if all permits had been used, evenly spread, in the window before. */
  @Override
  public void holdUntil(long time) {
    if (time - openAt < 0) {
      return;
    }
    if (pace == null) {
      pace = new LevelBucket((double) length / permits, permits, time);
    }
    pace.holdUntil(time);
    openAt = time;
  }

  @Override
  public boolean isIdle(long now) {
    grants.dropUntil(now - length);
    return grants.total() == 0 && now - openAt >= (pace == null ? 0 : length);
  }
}
