package io.millrace.limit;

/**
 * At least a gap from start to start. What was granted may start late, so a take closes the bucket until
 * it is settled: that tells it of the start.
 */
final class StartBucket implements Bucket {
  private final long gap;
  private long nextAt;
  private boolean closed;

  StartBucket(long gap, long start) {
    this.gap = gap;
    this.nextAt = start;
  }

  @Override
  public boolean isClosed(long cost) {
    return closed;
  }

  @Override
  public long availableAt(long cost) {
    return nextAt;
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    closed = true;
  }

  @Override
  public void settle(long now, long takenAt, long excess) {
    closed = false;
    nextAt = now + gap;
  }

  @Override
  public void giveBack(long now, long takenAt, long cost) {
    closed = false;
  }

  @Override
  public void holdUntil(long time) {
    nextAt = Bucket.later(nextAt, time);
  }

  @Override
  public boolean isIdle(long now) {
    return !closed && nextAt - now <= 0;
  }
}
