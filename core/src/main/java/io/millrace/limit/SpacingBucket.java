package io.millrace.limit;

/** At least a gap from grant to grant, whatever they cost; a gap of 0 limits nothing. */
final class SpacingBucket implements Bucket {
  private final long gap;
  private long nextAt;

  SpacingBucket(long gap, long start) {
    this.gap = gap;
    this.nextAt = start;
  }

  @Override
  public long availableAt(long cost) {
    return nextAt;
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    nextAt = now + gap;
  }

  @Override
  public void settle(long now, long takenAt, long excess) {}

  @Override
  public void holdUntil(long time) {
    nextAt = Bucket.later(nextAt, time);
  }

  @Override
  public boolean isIdle(long now) {
    return nextAt - now <= 0;
  }
}
