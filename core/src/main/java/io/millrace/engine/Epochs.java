package io.millrace.engine;

import io.millrace.plan.ConcurrencyChange;
import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * What is measured of attempts from one look to the next. A success counts only if it began after the concurrency was
 * last moved, so that no move follows from what an earlier move has caused. Any thread tells of attempts; one at a
 * time looks.
 */
final class Epochs {
  private static final long SHORTEST_NANOS = 1_000_000;

  /**
   * An attempt that runs for this many times as long as others does not count in n, and its latency counts as no more
   * than that when it ends.
   */
  private static final int OUTLASTING = 10;

  /** At most one in so many may end while somebody looks, or the mean would be wrong by more than that. */
  private static final int MOST_MEANWHILE = 20;

  private final LearntConcurrency learnt;

  /* Replaced as a whole by the thread that looks: an attempt that ends meanwhile counts for one epoch, or not at all. */
  private volatile Sums sums = new Sums();

  /* Written by whoever looks; read by all who tell. */
  private volatile long movedAt;
  private volatile long lookAt;
  private volatile long longNanos = Long.MAX_VALUE;

  /* For whoever looks. */
  private long began;
  private int outlasting;

  /** What has come together in one epoch. */
  private static final class Sums {
    final LongAdder successes = new LongAdder();
    final LongAdder successNanos = new LongAdder();
    final LongAdder busyNanos = new LongAdder();
  }

  /** Counts the attempts that have run for so long now. */
  interface Outlasting {
    int count(long now, long longNanos);
  }

  Epochs(LearntConcurrency learnt, long now) {
    this.learnt = learnt;
    this.movedAt = now;
    this.began = now;
    this.lookAt = now + SHORTEST_NANOS;
  }

  LearntConcurrency learnt() {
    return learnt;
  }

  /** For the thread that looks: how many attempts run very long, as of the last step. */
  int outlasting() {
    return outlasting;
  }

  /** An attempt has ended; returns whether it is time to look. */
  boolean ended(long startNanos, long endNanos, boolean succeeded) {
    long took = Math.min(endNanos - startNanos, longNanos);
    Sums now = sums;
    now.busyNanos.add(took);
    if (succeeded && startNanos - movedAt >= 0) {
      now.successes.increment();
      now.successNanos.add(took);
    }
    return isDue(endNanos);
  }

  private boolean isDue(long now) {
    return now - lookAt >= 0;
  }

  /**
   * Takes a step, if it is still due, and enough was seen.
   *
   * @param most what the concurrency may be at most
   * @return what has changed; null if nothing has
   */
  @Nullable ConcurrencyChange look(long now, int most, Outlasting running) {
    if (!isDue(now)) {
      return null;
    }
    Sums seen = sums;
    long count = seen.successes.sum();
    long nanos = seen.successNanos.sum();
    if (seen.successes.sum() - count > count / MOST_MEANWHILE) {
      return null; // this thread was held up in between: the next attempt that ends looks
    }
    double elapsed = Math.max(1, now - began);
    double latency = count == 0 ? 0 : Math.max(1, (double) nanos / count);
    if (!learnt.isEnough(count, latency, elapsed)) {
      lookAgain(now, latency / 4);
      return null;
    }
    int before = learnt.now();
    longNanos = (long) (OUTLASTING * latency);
    outlasting = running.count(now, longNanos);
    int after = learnt.step(now, latency, seen.busyNanos.sum() / elapsed, most);
    begin(now);
    lookAgain(now, latency);
    return after == before ? null : change(before, after, latency);
  }

  /** The concurrency is now what a look has found. */
  void moved(long now) {
    movedAt = now;
    begin(now);
  }

  private void begin(long now) {
    began = now;
    sums = new Sums();
  }

  private void lookAgain(long now, double afterNanos) {
    lookAt = now + Math.max(SHORTEST_NANOS, (long) afterNanos);
  }

  private ConcurrencyChange change(int before, int after, double latency) {
    return new ConcurrencyChange(
        before,
        after,
        learnt.reason(),
        Duration.ofNanos((long) latency),
        Duration.ofNanos((long) learnt.unloaded()));
  }
}
