package io.millrace.limit;

import org.jspecify.annotations.Nullable;

/**
 * An exact sliding window: the permits granted in {@code (t - length, t]} are never more than the
 * limit, for any {@code t}.
 */
final class WindowBucket implements Bucket {
  private long permits;
  private long length;
  private final GrantLog grants = new GrantLog();
  /* The end of the last hold, or the last change; the start if there was none. */
  private long openAt;
  /* Spreads the calls over the window that follows a hold, and what a change allows beyond what was allowed before;
   * null when there is nothing to spread. */
  private @Nullable LevelBucket pace;
  /* What was taken since then counts in the pace. */
  private long paceSince;

  WindowBucket(long permits, long length, long start) {
    this.permits = permits;
    this.length = length;
    this.openAt = start;
    this.paceSince = start;
  }

  /**
   * Changes the limit as of now. At once there are no more permits than before, and no more than the new limit
   * has; if it has more, these come evenly, during the first window.
   */
  void change(long now, long permits, long length) {
    grants.dropUntil(now - this.length);
    boolean isHeld = openAt - now > 0;
    boolean isLooser = permits > this.permits || length < this.length;
    double nanosPerPermit = (double) length / permits;
    if (pace != null && now - openAt < this.length) {
      pace.change(now, nanosPerPermit, (double) permits);
    } else {
      pace = isLooser ? new LevelBucket(nanosPerPermit, (double) permits, now) : null;
      paceSince = now - this.length + 1;
    }
    if (pace != null && !isHeld) {
      pace.lowerTo((double) (this.permits - grants.total()));
      openAt = now;
    }
    this.permits = permits;
    this.length = length;
  }

  /* Only who was there before the limit was lowered asks for more than that, and then goes alone. */
  private long atMostAll(long cost) {
    return Math.min(cost, permits);
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
    long most = permits - atMostAll(cost);
    if (grants.total() > most) {
      due = Bucket.later(due, grants.excessUntil(most) + length);
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
    grants.add(now, atMostAll(cost));
  }

  /** What is owed counts from now on: the true time of its use is not known. */
  @Override
  public void settle(long now, long takenAt, long excess) {
    if (pace != null && (excess < 0 || takenAt - paceSince >= 0)) {
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
    if (pace != null && takenAt - paceSince >= 0) {
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
    paceSince = time;
  }

  @Override
  public boolean isIdle(long now) {
    grants.dropUntil(now - length);
    return grants.total() == 0 && now - openAt >= (pace == null ? 0 : length);
  }
}
