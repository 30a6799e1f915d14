package io.millrace.limit;

/** At least a gap from grant to grant, whatever they cost; a gap of 0 limits nothing. */
final class SpacingBucket implements Bucket {
  private long gap;
  /* The last grant and the one before it; long ago if there was none. */
  private long lastAt;
  private long beforeAt;
  private long heldUntil;

  SpacingBucket(long gap, long start) {
    this.gap = gap;
    this.lastAt = start - LONGEST;
    this.beforeAt = lastAt;
    this.heldUntil = start;
  }

  /** Changes the gap, which then counts from the last grant. */
  void change(long gap) {
    this.gap = gap;
  }

  @Override
  public long availableAt(long cost) {
    return Bucket.later(lastAt + gap, heldUntil);
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    beforeAt = lastAt;
    lastAt = now;
  }

  @Override
  public void settle(long now, long takenAt, long excess) {}

  /* An earlier grant than the last one holds nobody up any more. */
  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (lastAt == takenAt) {
      lastAt = beforeAt;
    }
  }

  @Override
  public void holdUntil(long time) {
    heldUntil = Bucket.later(heldUntil, time);
  }

  @Override
  public boolean isIdle(long now) {
    return availableAt(0) - now <= 0;
  }
}
