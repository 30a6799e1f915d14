package io.millrace.limit;

import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Takes from the only bucket of a limit by one compare-and-set, without the limiter's lock. It is open only while
 * nobody waits and a {@link Level} tells all of the bucket: as a rule, while more flows in than is taken. Whoever
 * takes the lock closes it first, and opens it at the end. Thread-safe.
 */
final class ShortWay {
  /* Two threads that meet here at each permit take turns at the cache line. Whoever comes second waits for some takes
   * of the other one, so that each of them has the line for several takes: the benchmark stack.2 shows it. */
  private static final int FIRST_PAUSE = 16;
  private static final int LONGEST_PAUSE = 256;

  private final Gate gate;
  private final LevelBucket bucket;
  /* Null while it is closed. Opened and closed under the lock only. The compare-and-set settles the race of two takers,
   * and of a taker with a thread that closes: each opening and each take has an object of its own. */
  private final AtomicReference<@Nullable Level> level = new AtomicReference<>();

  ShortWay(Gate gate, LevelBucket bucket) {
    this.gate = gate;
    this.bucket = bucket;
  }

  /** Called without the lock. Returns false if only a thread with the lock can tell. */
  boolean tryTake(RateDemand demand, long now) {
    int pause = FIRST_PAUSE;
    Level seen = level.get();
    while (seen != null) {
      Level left = seen.take(now, demand.cost(0));
      if (left == null) {
        return false;
      }
      if (level.compareAndSet(seen, left)) {
        demand.found(gate);
        demand.take(left.time());
        return true;
      }
      for (int spin = 0; spin < pause; spin++) {
        Thread.onSpinWait();
      }
      pause = Math.min(2 * pause, LONGEST_PAUSE);
      seen = level.get();
    }
    return false;
  }

  /**
   * Under the lock: tells the bucket what was taken.
   *
   * @param latest the latest time that is known so far
   * @return the latest time, that of the last take here included
   */
  long close(long latest) {
    Level last = level.get() == null ? null : level.getAndSet(null);
    if (last == null) {
      return latest;
    }
    bucket.set(last);
    return Bucket.later(latest, last.time());
  }

  /**
   * Under the lock, when nobody waits. Never throws: where there is no memory for it, the way stays closed.
   *
   * @param latest the latest time that is known
   */
  void open(long latest) {
    try {
      Level left = bucket.level(latest);
      if (left != null) {
        level.set(left);
      }
    } catch (Throwable noMemory) {
      // whoever has the lock next tries again
    }
  }
}
