package io.millrace.limit;

import io.millrace.base.ShortLock;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many permits there are, and who waits for them, first come, first served. Thread-safe.
 *
 * <p>While nobody waits, one compare-and-set takes or gives. Otherwise it goes by the lock: whoever
 * has it closes that short way first, and opens it again when the queue is empty.
 */
final class Permits {
  /* The lowest bit of the word: the short way is closed. The others count the permits that are there. */
  private static final long CLOSED = 1;

  /*
   * The compare-and-set settles the race of two takers for the same permits, and of either with a thread
   * that closes the short way. The bit is written under the lock only; while it is set, so is all of it.
   */
  private final AtomicLong word;
  private final int most;
  /* Guards the queue: the races of a grant with a cancellation, and of a newcomer with a release. */
  private final ShortLock lock = new ShortLock();
  private final WaitQueue<PermitPlace> queue = new WaitQueue<>();

  Permits(int there, int most) {
    this.word = new AtomicLong(2L * there);
    this.most = most;
  }

  int there() {
    return there(word.get());
  }

  int waiters() {
    lock.lock();
    try {
      return queue.size();
    } finally {
      lock.unlock();
    }
  }

  boolean tryTake(int permits) {
    long seen = word.get();
    while (isOpen(seen)) {
      if (there(seen) < permits) {
        return false;
      }
      if (word.compareAndSet(seen, seen - 2L * permits)) {
        return true;
      }
      seen = word.get();
    }
    return tryTakeInTurn(permits);
  }

  private boolean tryTakeInTurn(int permits) {
    try (Offers _ = begin()) {
      boolean free = queue.head() == null && there() >= permits;
      if (free) {
        change(-permits);
      }
      return free;
    }
  }

  void give(int permits) {
    long seen = word.get();
    while (isOpen(seen)) {
      checkRoom(there(seen), permits);
      if (word.compareAndSet(seen, seen + 2L * permits)) {
        return;
      }
      seen = word.get();
    }
    giveInTurn(permits);
  }

  private void giveInTurn(int permits) {
    try (Offers offers = begin()) {
      checkRoom(there(), permits);
      change(permits);
      serve(offers);
    }
  }

  Waiting enqueue(int permits, Waiter waiter) {
    PermitPlace place = new PermitPlace(this, permits, waiter);
    try (Offers offers = begin()) {
      queue.add(place);
      serve(offers);
    }
    return place;
  }

  boolean cancel(PermitPlace place) {
    try (Offers offers = begin()) {
      boolean left = queue.remove(place);
      serve(offers);
      return left;
    }
  }

  /** Offers permits to all whose turn has come, as far as the permits go. */
  private void serve(Offers offers) {
    PermitPlace head = queue.head();
    while (head != null && there() >= head.permits()) {
      queue.remove(head);
      offer(head, offers);
      head = queue.head();
    }
  }

  /* Takes first: who is granted permits must not find them still there. */
  private void offer(PermitPlace place, Offers offers) {
    boolean taken = false;
    change(-place.permits());
    try {
      taken = place.waiter().claim();
    } finally {
      if (!taken) {
        change(place.permits());
      }
    }
    offers.add(place, taken);
  }

  private Offers begin() {
    lock.lock();
    if (isOpen(word.get())) {
      word.incrementAndGet();
    }
    return new Offers(this);
  }

  /** Ends the turn that {@link #begin} began. */
  void end() {
    if (queue.head() == null) {
      word.set(word.get() & ~CLOSED);
    }
    lock.unlock();
  }

  private void change(int permits) {
    word.set(word.get() + 2L * permits);
  }

  private void checkRoom(int there, int permits) {
    if (permits > most - there) {
      throw new IllegalStateException(
          "released "
              + permits
              + " permits while "
              + there
              + " of at most "
              + most
              + " are there: more than were acquired");
    }
  }

  private static boolean isOpen(long word) {
    return (word & CLOSED) == 0;
  }

  private static int there(long word) {
    return (int) (word >>> 1);
  }
}
