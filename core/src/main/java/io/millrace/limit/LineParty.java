package io.millrace.limit;

import io.millrace.base.ShortLock;
import io.millrace.limit.spi.Party;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** A party, and those of its lines that are put off. Thread-safe. */
final class LineParty implements Party {
  private static final long NONE = Long.MAX_VALUE;
  private static final long UNKNOWN = -1;

  /*
   * No resume is lost. An offer is counted before the waiter is asked, so whoever frees a slot after the
   * waiter has found none sees the offer or the line that was put off, and resumes. A resume counts
   * itself and looks for lines then; an offer that is put off looks at the count while it has the lock, and
   * asks its waiter again if that has changed.
   */
  private final AtomicInteger offers = new AtomicInteger();
  private final AtomicLong resumes = new AtomicLong();
  private final AtomicLong arrivals = new AtomicLong();

  /* Guards the lines that are put off, by the standing of their first place. Taken inside limits' locks. */
  private final ShortLock lock = new ShortLock();
  private final TreeMap<Standing, Line<?>> held = new TreeMap<>();
  private long turns;
  /* The first number in held, or NONE. Written under the lock, read by anybody. */
  private volatile long firstHeld = NONE;

  /**
   * Where a line that was put off stands.
   *
   * @param rank of its first place
   * @param turn when it was put off: for equal ranks in several queues
   */
  record Standing(long rank, long turn) implements Comparable<Standing> {
    @Override
    public int compareTo(Standing other) {
      int byRank = Long.compare(rank, other.rank);
      return byRank != 0 ? byRank : Long.compare(turn, other.turn);
    }
  }

  /** The party as the limits know it. */
  static LineParty of(Party party) {
    if (party instanceof LineParty own) {
      return own;
    }
    throw new IllegalArgumentException(
        "the party must be one that RateLimiter.party() has made, not "
            + Objects.requireNonNull(party, "party").getClass().getName());
  }

  @Override
  public boolean hasHeld() {
    return offers.get() != 0 || firstHeld != NONE;
  }

  @Override
  public long firstHeld() {
    return offers.get() == 0 ? firstHeld : UNKNOWN;
  }

  @Override
  public void resume() {
    if (!hasHeld()) {
      return;
    }
    resumes.incrementAndGet();
    Line<?> line = next();
    while (line != null && !line.rearm()) {
      line = next();
    }
  }

  private @Nullable Line<?> next() {
    lock.lock();
    try {
      Map.Entry<Standing, Line<?>> first = held.pollFirstEntry();
      if (first == null) {
        return null;
      }
      noteFirst();
      first.getValue().heldAs = null;
      return first.getValue();
    } finally {
      lock.unlock();
    }
  }

  /** The number of a place that arrives now. */
  long arrive() {
    return arrivals.getAndIncrement();
  }

  /** An offer begins. The answer is for {@link #hold(Line, long)}. */
  long beginOffer() {
    offers.incrementAndGet();
    return resumes.get();
  }

  long resumes() {
    return resumes.get();
  }

  void endOffer() {
    offers.decrementAndGet();
  }

  /** Puts a line off, unless there was a resume since the offer began. */
  boolean hold(Line<?> line, long resumesBefore) {
    lock.lockInside();
    try {
      if (resumes.get() != resumesBefore) {
        return false;
      }
      put(line);
      return true;
    } finally {
      lock.unlock();
    }
  }

  /** Puts a line off if another one is: the slot that they lack is the same. */
  boolean holdWithOthers(Line<?> line) {
    if (firstHeld == NONE) {
      return false;
    }
    lock.lockInside();
    try {
      if (held.isEmpty()) {
        return false;
      }
      put(line);
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void put(Line<?> line) {
    Standing standing = new Standing(line.firstNumber(), turns++);
    line.heldAs = standing;
    held.put(standing, line);
    noteFirst();
  }

  private void noteFirst() {
    firstHeld = held.isEmpty() ? NONE : held.firstKey().rank();
  }

  /** The first place of a line that may be put off has left, or another one came before it. */
  void firstLeft(Line<?> line) {
    lock.lockInside();
    try {
      Standing before = line.heldAs;
      if (before != null) {
        held.remove(before);
        line.heldAs = null;
        if (!line.isEmpty()) {
          put(line);
        }
        noteFirst();
      }
    } finally {
      lock.unlock();
    }
  }
}
