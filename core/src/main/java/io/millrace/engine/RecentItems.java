package io.millrace.engine;

import io.millrace.base.ShortLock;
import io.millrace.plan.FailureRate;
import java.util.BitSet;

/** Which of the last items failed. Thread-safe. */
final class RecentItems {
  /* 0.29 of 100 is a little less than 29. */
  private static final double ROUNDING = 1e-6;

  private final int items;
  private final double most;

  /* Taken inside of the run's lock, too. */
  private final ShortLock lock = new ShortLock();

  /* Guarded by the lock: a ring of the last items, which grows as they come, and what is in it. */
  private final BitSet failures = new BitSet();
  private int next;
  private int failed;
  private long seen;

  RecentItems(FailureRate rate) {
    items = rate.items();
    most = rate.most() * items + ROUNDING;
  }

  /** Notes an item; true if too many of the last ones have failed. */
  boolean note(boolean hasFailed) {
    lock.lockInside();
    try {
      failed += (hasFailed ? 1 : 0) - (failures.get(next) ? 1 : 0);
      failures.set(next, hasFailed);
      next = (next + 1) % items;
      seen++;
      return seen >= items && failed > most;
    } finally {
      lock.unlock();
    }
  }
}
