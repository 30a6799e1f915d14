package io.millrace.limit;

import io.millrace.plan.RateLimit.Leased;
import java.util.ArrayDeque;
import java.util.Iterator;

/**
 * Permits that come from elsewhere, in blocks: those of one block come evenly. While there are fewer than an attempt costs,
 * nobody knows when it may start.
 */
final class LeasedBucket implements Bucket {
  private static final class Block {
    private long permits;
    private final long lastAt;
    private final double gapNanos;

    private Block(long permits, long lastAt, double gapNanos) {
      this.permits = permits;
      this.lastAt = lastAt;
      this.gapNanos = gapNanos;
    }

    private long availableAt(long cost) {
      return lastAt - (long) Math.min((double) LONGEST, (permits - cost) * gapNanos);
    }
  }

  private final Leased limit;
  private final ArrayDeque<Block> blocks = new ArrayDeque<>();
  /* What is in the blocks, less what is owed. */
  private long left;
  private long used;
  private long least = 1;
  private long missing;
  /* The source was told that the lease is short, and has added nothing since. */
  private boolean isTold;
  /* Something was taken since the source added something, or the lease ended. */
  private boolean wasUsed;
  private boolean hasEnded;
  private long begunAt;
  private long heldUntil;
  private boolean wasHeld;

  LeasedBucket(Leased limit) {
    this.limit = limit;
  }

  LeasedBucket begunAt(long start) {
    begunAt = start;
    heldUntil = start;
    return this;
  }

  Leased limit() {
    return limit;
  }

  void add(long permits, long lastAt, double gapNanos, long least) {
    this.least = least;
    isTold = false;
    wasUsed = false;
    missing = 0;
    if (permits == 0 || (wasHeld && lastAt - heldUntil < 0)) {
      return;
    }
    Block block = new Block(permits, lastAt, gapNanos);
    long owed = Math.min(permits, Math.max(0, -left));
    left += permits;
    block.permits -= owed;
    if (block.permits > 0) {
      blocks.add(block);
    }
  }

  long withdraw() {
    long rest = Math.max(0, left);
    drop();
    return rest;
  }

  private void drop() {
    blocks.clear();
    left = Math.min(left, 0);
    isTold = false;
    wasUsed = false;
  }

  long left() {
    return left;
  }

  long used() {
    return used;
  }

  long missing() {
    return missing;
  }

  /** Grants everything from now on, and refuses it. */
  void end() {
    hasEnded = true;
  }

  /** Whether the source is to be told that the lease is short; true once, until something is added. */
  boolean becameShort() {
    if (isTold || hasEnded || (missing == 0 && (!wasUsed || left >= least))) {
      return false;
    }
    isTold = true;
    return true;
  }

  @Override
  public boolean isClosed(long cost) {
    boolean isClosed = cost > left && cost > 0 && !hasEnded;
    if (isClosed) {
      missing = Math.max(missing, cost - left);
    }
    return isClosed;
  }

  @Override
  public long availableAt(long cost) {
    if (hasEnded) {
      return begunAt;
    }
    long due = heldUntil;
    long rest = cost;
    for (Iterator<Block> each = blocks.iterator(); rest > 0 && each.hasNext(); ) {
      Block block = each.next();
      long taken = Math.min(rest, block.permits);
      due = Bucket.later(due, block.availableAt(taken));
      rest -= taken;
    }
    return due;
  }

  @Override
  public void take(long now, long cost, long dueAt) {
    if (!hasEnded) {
      used += cost;
      wasUsed = true;
      remove(cost);
    }
  }

  private void remove(long permits) {
    left -= permits;
    long rest = permits;
    while (rest > 0 && !blocks.isEmpty()) {
      Block first = blocks.getFirst();
      long taken = Math.min(rest, first.permits);
      first.permits -= taken;
      rest -= taken;
      if (first.permits == 0) {
        blocks.removeFirst();
      }
    }
  }

  @Override
  public void settle(long now, long takenAt, long excess) {
    if (excess > 0) {
      giveBack(now, takenAt, excess);
    } else {
      used -= excess;
      remove(-excess);
    }
  }

  /* What was taken before a pause would have been dropped by it. */
  @Override
  public void giveBack(long now, long takenAt, long cost) {
    if (hasEnded || (wasHeld && takenAt - heldUntil < 0)) {
      return;
    }
    used -= cost;
    long owed = Math.min(cost, Math.max(0, -left));
    left += cost;
    if (cost > owed) {
      blocks.addFirst(new Block(cost - owed, now, 0));
    }
  }

  @Override
  public void holdUntil(long time) {
    heldUntil = Bucket.later(heldUntil, time);
    wasHeld = true;
    drop();
  }

  @Override
  public boolean refuses(long now) {
    return hasEnded;
  }

  @Override
  public RuntimeException refusal() {
    return new IllegalStateException("the source of permits is closed: " + limit.source());
  }

  @Override
  public boolean isIdle(long now) {
    return false;
  }
}
