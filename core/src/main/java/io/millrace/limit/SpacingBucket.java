package io.millrace.limit;

/** At least a gap from grant to grant, whatever they cost; a gap of 0 limits nothing. */
final class SpacingBucket implements Bucket {
  private final long gap;
  /* A gap after the last grant, and what it was before that; the start if there was none. */
  private long spacedAt;
  private long spacedBefore;
  private long heldUntil;

  SpacingBucket(long gap, long start) {
    this.gap = gap;
    this.spacedAt = start;
    this.spacedBefore = start;
    this.heldUntil = start;
  }

  @Override
  public long availableAt(long cost) {
    return Bucket.later(spacedAt, heldUntil);
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    spacedBefore = spacedAt;
    spacedAt = now + gap;
  }

  @Override
  public void settle(long now, long takenAt, long excess) {}

  /* An earlier grant than the last one holds nobody up any more. */
  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (spacedAt == takenAt + gap) {
      spacedAt = spacedBefore;
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
