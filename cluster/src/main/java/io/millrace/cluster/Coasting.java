package io.millrace.cluster;

import io.millrace.limit.spi.PermitSource.Lease;
import io.millrace.time.TimeSource;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What a JVM goes on with while its store does not answer: the permits a second that it used in the last while before
 * that. They are added by timers, because the leaser's thread may hang in a call. Thread-safe.
 */
final class Coasting {
  static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final double BLOCK_SECONDS = 0.25;
  private static final double NANOS = 1e9;

  private final TimeSource clock;
  private final StoreNews news;
  private final Supplier<Lease> lease;
  private final AtomicBoolean isWanted;
  private final AtomicLong pausedUntil;

  /* Guards what follows: the leaser's thread and timers write it. No code of others runs under it. */
  private final ReentrantLock lock = new ReentrantLock();
  private final UseLog log;
  private volatile boolean isLost;
  private volatile boolean isClosed;
  private double share;
  private long lastAt;
  private long added;
  private long callAt;
  private long addedBeforeCall;
  private long addedBeforeLoss;

  Coasting(
      TimeSource clock,
      UseLog log,
      StoreNews news,
      Supplier<Lease> lease,
      AtomicBoolean isWanted,
      AtomicLong pausedUntil) {
    this.clock = clock;
    this.news = news;
    this.lease = lease;
    this.isWanted = isWanted;
    this.pausedUntil = pausedUntil;
    this.log = log;
    this.lastAt = clock.nanoTime();
  }

  boolean isLost() {
    return isLost;
  }

  /** Nobody goes on from now on, so nothing is lost. */
  void close() {
    isClosed = true;
  }

  /** The lease is short: if the store is lost, adds permits soon. */
  void wanted() {
    if (isLost) {
      clock.schedule(clock.nanoTime(), this::addIfWanted);
    }
  }

  /** A call to the store begins. If it takes too long, the store is lost. */
  Patience calling(long now) {
    lock.lock();
    try {
      callAt = now;
      addedBeforeCall = added;
    } finally {
      lock.unlock();
    }
    return new Patience(now);
  }

  /** Permits were reserved, the last of which comes in this time. */
  void reserved(long waitNanos) {
    lock.lock();
    try {
      log.waits(waitNanos);
    } finally {
      lock.unlock();
    }
  }

  /** How many permits were added since the call that began then. */
  long addedSince(long call) {
    lock.lock();
    try {
      return callAt - call >= 0 ? added - addedBeforeCall : 0;
    } finally {
      lock.unlock();
    }
  }

  /**
   * What became of permits when the store is back.
   *
   * @param dropped what was left of those that were added while it was lost, and of the lease before
   * @param used of those that were added
   * @param kept of the lease before, which is to be added again: these permits are reserved
   */
  record Outage(long dropped, long used, long kept) {
    static final Outage NONE = new Outage(0, 0, 0);
  }

  /** The store has answered. If it was lost, nothing is left in the lease. */
  Outage heard(long now, long used) {
    boolean wasLost;
    long addedMeanwhile;
    lock.lock();
    try {
      log.note(now, used);
      wasLost = isLost;
      addedMeanwhile = added - addedBeforeLoss;
      if (wasLost) {
        isLost = false;
        lastAt = now; // what would have come later is dropped
        news.back(share); // under the lock, so that changes are told in their order
      }
    } finally {
      lock.unlock();
    }
    news.tell();
    if (!wasLost) {
      return Outage.NONE;
    }
    // what was added at the last share may come late: whoever waits for it asks the store
    long dropped = lease.get().withdraw();
    long ofAdded = addedMeanwhile - dropped; // the lease before is used first
    return new Outage(dropped, Math.max(0, ofAdded), Math.max(0, -ofAdded));
  }

  /** The store has failed; null if it just does not answer. */
  void lost(@Nullable Throwable cause) {
    long used = lease.get().used();
    lock.lock();
    try {
      if (isLost || isClosed) {
        return;
      }
      share = log.perSecond(callAt, used);
      isLost = true;
      addedBeforeLoss = added;
      news.lost(share, cause);
    } finally {
      lock.unlock();
    }
    news.tell();
    wanted();
  }

  private void addIfWanted() {
    if (!isLost || !isWanted.compareAndSet(true, false)) {
      return;
    }
    long missing = lease.get().missing();
    long used = lease.get().used();
    long now = clock.nanoTime();
    long from = Math.max(0, pausedUntil.get() - now) + now;
    long permits;
    long last;
    double gap;
    lock.lock();
    try {
      if (share <= 0) {
        isWanted.set(true);
        return;
      }
      log.note(now, used); // else all of it would be of the moment when the store is back
      gap = NANOS / share;
      permits = Math.max(Math.max(1, missing), (long) (share * BLOCK_SECONDS));
      last = (lastAt - from > 0 ? lastAt : from) + (long) (permits * gap);
      lastAt = last;
      added += permits;
    } finally {
      lock.unlock();
    }
    lease.get().add(permits, last, gap, Math.max(1, permits / 2));
    if (!isLost) { // the store has answered just now
      lease.get().withdraw();
      lease.get().add(0, clock.nanoTime(), 0, 1); // calls wanted, if somebody waits
    }
  }

  /** How long a call may take. */
  final class Patience {
    private final TimeSource.Timer timer;
    private volatile boolean hasEnded;

    private Patience(long start) {
      timer = clock.schedule(start + PATIENCE_NANOS, this::tooLong);
    }

    private void tooLong() {
      if (!hasEnded) {
        lost(null);
      }
    }

    void end() {
      hasEnded = true;
      timer.cancel();
    }
  }
}
